// listen: stays connected and prints one line a message, as it comes.
#include "client/cli/commands.hpp"
#include "client/cli/printer.hpp"
#include "client/cli/time_text.hpp"

namespace porchlight::client {
namespace {

struct ListenOptions {
  std::string since;
  bool once = false;
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
