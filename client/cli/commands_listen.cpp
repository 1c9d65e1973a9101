// listen: stays connected and prints one line a message, as it comes.
#include <set>

#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/show.hpp"
#include "client/cli/time_text.hpp"

namespace porchlight::client {
namespace {

struct ListenOptions {
  std::string since;
  bool once = false;
};

/// Prints what was not printed yet. It looks at what is held rather than at notices: what another
/// command fetched, while this one had stepped aside, is new to whoever reads here too.
class Printer {
 public:
  Printer(Context& context, std::optional<TimePoint> since) : context_(context), since_(since) {}

  /// What was there before listening counts as shown, but for what is asked for with --since.
  void begin(const Core& core) {
    for (const GroupView& group : core.groups()) {
      for (const MessageView& message : core.messages(group.id)) {
        if (!since_ || message.received < *since_)
          shown_.insert({group.id, message.sender, message.id});
      }
    }
    for (const RequestView& request : core.requests()) requests_.insert(request.id);
  }

  /// False when nobody reads any more.
  bool print(Engine& engine) {
    for (const Notice& notice : engine.take_notices()) tell(engine.core(), notice);
    for (const GroupView& group : engine.core().groups()) print_group(engine.core(), group);
    for (const RequestView& request : engine.core().requests()) print_request(request);
    return context_.out().flush();
  }

 private:
  void print_group(const Core& core, const GroupView& group) {
    std::optional<Board> board;  // only where something is new
    for (const MessageView& message : core.messages(group.id)) {
      // One's own shows when it is stored: until then it may still change its place.
      if (message.standing == MessageView::Standing::queued) continue;
      if (!shown_.insert({group.id, message.sender, message.id}).second) continue;
      if (!board) board = core.board(group.id, context_.now());
      if (context_.out().json()) {
        context_.out().record("message", message_json(message, group.name, *board));
      } else {
        context_.out().line(message_line(message, group.name, *board, context_.now()));
      }
    }
  }

  void print_request(const RequestView& request) {
    if (!requests_.insert(request.id).second) return;
    if (context_.out().json()) {
      context_.out().record("request", {{"id", request_name(request.id)},
                                        {"name", request.name},
                                        {"kind", kind_name(request.kind)},
                                        {"group", request.group_name},
                                        {"words", words_json(request.words)}});
    } else {
      context_.out().line(short_time(request.received, context_.now()) + "  " +
                          one_line(request.group_name) + "  " + one_line(request.name) + " " +
                          wish_of(request.kind) + ": porchlight approve " +
                          request_name(request.id));
    }
  }

  /// What changed about who is in; empty for everything else.
  static std::pair<const char*, std::string> change_of(const Notice& notice) {
    using Kind = Notice::Kind;
    if (notice.kind == Kind::group_joined) return {"joined", "you are in"};
    if (notice.kind == Kind::caught_up) return {"caught_up", "this device has caught up"};
    if (notice.kind == Kind::left) return {"left", "you have left"};
    if (notice.kind == Kind::removed) return {"removed", "a lead has taken you out"};
    const std::string name = one_line(notice.text);
    if (notice.kind == Kind::member_added) return {"member_added", name + " has joined"};
    if (notice.kind == Kind::member_caught_up) return {"member_caught_up", name + " has caught up"};
    if (notice.kind == Kind::member_removed) return {"member_removed", name + " was taken out"};
    return {};
  }

  void tell(const Core& core, const Notice& notice) {
    using Kind = Notice::Kind;
    if (const auto [type, words] = change_of(notice); type != nullptr) {
      const std::string group = name_of(core, notice.group);
      if (context_.out().json()) {
        context_.out().record(type, {{"group", group}, {"name", notice.text}});
      } else {
        context_.out().line(short_time(context_.now(), context_.now()) + "  " + one_line(group) +
                            "  " + words);
      }
      return;
    }
    if (notice.kind == Kind::refused) context_.out().warn(notice.text);
    context_.tell({notice});
  }

  static std::string name_of(const Core& core, const std::optional<GroupId>& id) {
    for (const GroupView& group : core.groups()) {
      if (group.id == id) return group.name;
    }
    return "";
  }

  Context& context_;
  std::optional<TimePoint> since_;
  std::set<std::tuple<GroupId, VerifyKey, MessageId>> shown_;
  std::set<std::string> requests_;
};

/// A line when the connection is there the first time, when it breaks, and when it is back.
class Connection {
 public:
  explicit Connection(Output& out) : out_(out) {}

  void connected() {
    if (!up_) out_.say(was_up_ ? "Connected again." : "Connected, listening. Ctrl-C ends it.");
    up_ = was_up_ = true;
  }
  void disconnected(const Error& why) {
    if (up_ || !was_told_) out_.warn(sentences(why.what, "Trying again and again."));
    up_ = false;
    was_told_ = true;
  }

 private:
  Output& out_;
  bool up_ = false;
  bool was_up_ = false;
  bool was_told_ = false;
};

/// What there is, for scripts and for reading again.
Result<ExitCode> print_once(Context& context, Engine& engine, std::optional<TimePoint> since) {
  Printer printer(context, since.value_or(TimePoint{}));
  printer.begin(engine.core());
  TRY(const SyncReport report, context.sync(engine));
  printer.print(engine);
  return context.end_of_reading(report);
}

Result<ExitCode> run_listen(Context& context, const ListenOptions& options) {
  std::optional<TimePoint> since;
  if (!options.since.empty()) {
    TRY(since, parse_since(options.since, context.now()));
  }
  TRY(auto engine, context.open());
  if (options.once) return print_once(context, *engine, since);
  TRY(const VaultBell bell, VaultBell::hang(context.options().vault));
  const StopSignals signals;
  Printer printer(context, since);
  printer.begin(engine->core());
  Connection connection(context.out());
  while (true) {
    ListenCallbacks callbacks;
    callbacks.on_connected = [&] { connection.connected(); };
    callbacks.on_disconnected = [&](const Error& why, std::chrono::milliseconds) {
      connection.disconnected(why);
    };
    callbacks.on_change = [&] { return printer.print(*engine); };
    TRY(const ListenEnd end, engine->listen(callbacks, signals, &bell));
    if (end != ListenEnd::wanted) return ExitCode::done;
    TRY(engine, context.reopen(Engine::release(std::move(engine)), signals));
    if (!engine) return ExitCode::done;
    bell.silence();
  }
}

}  // namespace

Action define_listen(CLI::App& app) {
  auto options = std::make_shared<ListenOptions>();
  app.add_option("--since", options->since, "Also what came since then: 2h, or 14:02")
      ->type_name("T");
  app.add_flag("--once", options->once, "Print what there is (since T), and end");
  return [options](Context& context) { return run_listen(context, *options); };
}

}  // namespace porchlight::client
