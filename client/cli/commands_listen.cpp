// listen: stays connected and prints one line a message, as it comes.
#include "client/cli/commands.hpp"
#include "client/cli/printer.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

struct ListenOptions {
  std::string since;
  bool once = false;
  std::string exec;
  bool exec_all = false;
};

/// A line when the connection is there the first time, when it breaks, and when it is back.
class Connection {
 public:
  explicit Connection(Output& out) : out_(out) {}

  void connected() {
    if (!up_)
      out_.say(was_up_ ? tr("Connected again.") : tr("Connected, listening. Ctrl-C ends it."));
    up_ = was_up_ = true;
  }
  void disconnected(const Error& why) {
    if (up_ || !was_told_) out_.warn(sentences(why.what, tr("Trying again and again.")));
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
  Printer printer(context, since.value_or(TimePoint{}), nullptr);
  printer.begin(engine.core());
  TRY(const SyncReport report, context.sync(engine));
  printer.print(engine);
  return context.end_of_reading(report);
}

/// Null where none is wanted.
Result<std::unique_ptr<Bridge>> make_bridge(Context& context, const ListenOptions& options) {
  if (options.exec_all && options.exec.empty()) {
    return Error{Errc::usage, tr("--exec-all says what --exec hands over: give both.")};
  }
  if (options.exec.empty()) return std::unique_ptr<Bridge>{};
  if (options.exec_all) {
    context.out().warn(
        tr("Everything that comes is handed to the command of --exec, names and texts too. What it "
           "passes on leaves the sealed boxes: whoever carries it on can read it."));
  }
  const auto detail = options.exec_all ? Bridge::Detail::all : Bridge::Detail::least;
  return std::make_unique<Bridge>(options.exec, detail, context.out());
}

Result<ExitCode> run_listen(Context& context, const ListenOptions& options) {
  std::optional<TimePoint> since;
  if (!options.since.empty()) {
    TRY(since, parse_since(options.since, context.now()));
  }
  TRY(const auto bridge, make_bridge(context, options));
  if (options.once && bridge) {
    return Error{Errc::usage, tr("--exec is for what comes while listening: leave out --once.")};
  }
  TRY(auto engine, context.open());
  if (options.once) return print_once(context, *engine, since);
  TRY(const VaultBell bell, VaultBell::hang(context.options().vault));
  const StopSignals signals;
  Printer printer(context, since, bridge.get());
  printer.begin(engine->core());
  Connection connection(context.out());
  const auto goes_on = [&signals] { return !signals.raised(); };
  while (true) {
    ListenCallbacks callbacks;
    callbacks.on_connected = [&] { connection.connected(); };
    callbacks.on_disconnected = [&](const Error& why, std::chrono::milliseconds) {
      connection.disconnected(why);
    };
    callbacks.on_change = [&] { return printer.print(*engine); };
    callbacks.look_again_at = [&] { return printer.look_again_at(); };
    TRY(const ListenEnd end, engine->listen(callbacks, signals, &bell));
    if (end != ListenEnd::wanted) return ExitCode::done;
    TRY(engine, context.reopen(Engine::release(std::move(engine)), goes_on));
    if (!engine) return ExitCode::done;
    bell.silence();
  }
}

}  // namespace

Action define_listen(CLI::App& app) {
  auto options = std::make_shared<ListenOptions>();
  app.add_option("--since", options->since, tr("Also what came since then: 2h, or 14:02"))
      ->type_name(tr("T"));
  app.add_flag("--once", options->once, tr("Print what there is (since T), and end"));
  app.add_option(
         "--exec", options->exec,
         tr("Run this for each thing that others say, with PORCHLIGHT_KIND and PORCHLIGHT_ID "
            "in its environment: 'printf \\a'"))
      ->type_name(tr("CMD"));
  app.add_flag("--exec-all", options->exec_all,
               tr("Hand the command all of it, as --json prints it, on stdin. It leaves the sealed "
                  "boxes with that"));
  return [options](Context& context) { return run_listen(context, *options); };
}

}  // namespace porchlight::client
