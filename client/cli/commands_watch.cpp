// watch: the board to run a night from, on the whole terminal.
#include "client/cli/commands.hpp"
#include "client/cli/text_width.hpp"
#include "client/cli/watch_screen.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

enum class Bell : std::uint8_t { rings, silent };

/// What comes together is looked at once.
constexpr auto look_delay = 50ms;
/// Looking takes at most one part in so many of this program's time.
constexpr int look_share = 5;
/// So long another command may have the vault before a person wonders.
constexpr auto away_unnoticed = 2s;

class Watching {
 public:
  Watching(WatchScreen& screen, Bell bell) : screen_(screen), bell_(bell) {}

  /// From now on this one has the vault; null while another command has it.
  void use(Engine* engine) {
    engine_ = engine;
    away_since_ = engine ? std::nullopt : std::optional(Steady::now());
    if (engine) look();
  }

  // ---- what the connection tells -------------------------------------------------------------
  void connected() {
    if (!relay_.up) relay_.since = engine_->now();
    if (!relay_.up && relay_.tried) desk_.tell(tr("Connected again."), Output::Tone::good);
    relay_.up = relay_.tried = true;
    changed();
  }
  void disconnected(const Error& why) {
    if (relay_.up || !relay_.tried) {
      relay_.since = engine_->now();
      desk_.tell(sentences(why.what, tr("Trying again and again.")), Output::Tone::warning);
    }
    relay_.up = false;
    relay_.tried = true;
    changed();
  }
  bool changed() {
    if (relay_.up) relay_.last_synced = engine_->now();
    if (!look_at_) look_at_ = Steady::now() + std::max<Steady::duration>(look_delay, pause_);
    wake();
    return true;
  }

  // ---- what the person does ------------------------------------------------------------------
  /// Takes the keys, looks when it is time, draws. False when it is to end.
  bool serve() {
    while (const auto key = screen_.next_key()) {
      if (const auto order = desk_.on_key(*key)) give(*order);
      if (desk_.wants_to_quit()) return false;
    }
    if (screen_.is_gone()) return false;
    if (!engine_ && away_since_ && Steady::now() - *away_since_ > away_unnoticed) {
      away_since_.reset();
      desk_.tell(tr("Another porchlight command has the vault: the board stands still until it "
                    "ends."),
                 Output::Tone::warning);
    }
    if (engine_ && Steady::now() >= next_look()) look();
    draw();
    wake();
    return true;
  }

 private:
  Steady::time_point next_look() const { return look_at_.value_or(minute_at_); }
  void wake() {
    const auto left = std::max(next_look() - Steady::now(), Steady::duration::zero());
    // Without the vault whoever waits for it calls serve() anyway.
    screen_.wake_in(engine_ ? std::chrono::ceil<std::chrono::milliseconds>(left) : 1000ms);
  }

  void look() {
    const auto began = Steady::now();
    look_at_.reset();
    for (const Notice& notice : engine_->take_notices()) {
      if (notice.kind != Notice::Kind::refused) continue;
      desk_.tell(one_line(notice.text), Output::Tone::bad);
    }
    const TimePoint now = engine_->now();
    WatchFacts facts = look_around(engine_->core(), now);
    facts.relay = relay_;
    const bool rings = desk_.show(std::move(facts));
    // The hidden screen is hidden from ears as well.
    if (rings && bell_ == Bell::rings && desk_.view() != WatchDesk::View::blank) screen_.ring();
    pause_ = look_share * (Steady::now() - began);
    const auto into_minute = now - std::chrono::floor<std::chrono::minutes>(now);
    minute_at_ = Steady::now() + (1min - into_minute);
  }

  void give(const WatchOrder& order) {
    if (!engine_) {
      return desk_.on_outcome(
          order, Error{Errc::locked, tr("Another porchlight command has the vault just now. "
                                        "Nothing was done: try again in a moment.")});
    }
    auto outcome = carry_out(order, engine_->core(), engine_->now());
    // On the disk before anybody is told that it is done; listen() ends where that fails.
    const Status kept = engine_->keep();
    if (!kept.ok()) outcome = kept.error();
    desk_.on_outcome(order, outcome);
    look();
  }

  void draw() {
    const WatchPicture picture = lay_out(desk_, screen_.size());
    desk_.limit_scroll(picture.scroll_most);
    screen_.draw(picture);
  }

  WatchScreen& screen_;
  const Bell bell_;
  Engine* engine_ = nullptr;
  WatchDesk desk_;
  RelayState relay_;
  Steady::duration pause_{};                   // between two looks
  std::optional<Steady::time_point> look_at_;  // as something has changed
  Steady::time_point minute_at_;               // when ages change
  std::optional<Steady::time_point> away_since_;
};

ListenCallbacks callbacks_of(Watching& watching, const WatchScreen& screen) {
  ListenCallbacks callbacks;
  callbacks.on_connected = [&watching] { watching.connected(); };
  callbacks.on_disconnected = [&watching](const Error& why, std::chrono::milliseconds) {
    watching.disconnected(why);
  };
  callbacks.on_change = [&watching] { return watching.changed(); };
  callbacks.input = screen.descriptor();
  callbacks.on_input = [&watching] { return watching.serve(); };
  return callbacks;
}

ExitCode end_of_watching(Engine& engine) {
  return engine.core().health(engine.now()).queued > 0 ? ExitCode::queued : ExitCode::done;
}

Status check_options(const Context& context) {
  if (context.options().format == Format::json) {
    return Error{Errc::usage, tr("watch is for people: porchlight listen --json is for programs.")};
  }
  if (!context.options().offline) return check_screen();
  return Error{Errc::usage, tr("watch stays connected: porchlight sighting list --offline shows "
                               "what this device knows.")};
}

Result<ExitCode> run_watch(Context& context, Bell sound) {
  CHECK(check_options(context));
  TRY(auto engine, context.open());
  TRY(const VaultBell bell, VaultBell::hang(context.options().vault));
  const StopSignals signals;
  TRY(const auto screen, WatchScreen::open(context.options().colour));
  Watching watching(*screen, sound);
  const ListenCallbacks callbacks = callbacks_of(watching, *screen);
  const auto goes_on = [&] { return !signals.raised() && watching.serve(); };
  while (true) {
    watching.use(engine.get());
    if (!watching.serve()) return end_of_watching(*engine);
    TRY(const ListenEnd end, engine->listen(callbacks, signals, &bell));
    if (end != ListenEnd::wanted) return end_of_watching(*engine);
    watching.use(nullptr);
    TRY(engine, context.reopen(Engine::release(std::move(engine)), goes_on));
    if (!engine) return ExitCode::done;
    bell.silence();
  }
}

std::string keys_text() {
  std::string text = tr("Keys:");
  std::size_t columns = 17;
  for (const WatchKeyHelp& key : watch_keys()) columns = std::max(columns, width_of(key.key));
  for (const WatchKeyHelp& key : watch_keys()) {
    text += "\n  " + fit_to(key.key, columns) + " " + key.what;
  }
  return text;
}

}  // namespace

Action define_watch(CLI::App& app) {
  auto quiet = std::make_shared<bool>(false);
  app.add_flag("--quiet", *quiet, tr("No bell when a sighting or an alert comes"));
  app.footer(keys_text() + "\n\n" + app.get_footer());
  return
      [quiet](Context& context) { return run_watch(context, *quiet ? Bell::silent : Bell::rings); };
}

}  // namespace porchlight::client
