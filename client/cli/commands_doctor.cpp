// doctor: is everything in order, and what to do where it is not.
#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/show.hpp"
#include "client/cli/show_channel.hpp"
#include "client/cli/text_width.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

constexpr std::int64_t clock_minutes_tolerated = 10;
constexpr std::uint32_t tokens_low = 3;
/// Whoever leads renews them at half of their time.
constexpr std::uint32_t channel_days_low = limits::channel_days - limits::channel_rekey_days;

struct Finding {
  enum class Grade : std::uint8_t { ok, warn, bad } grade;
  std::string topic;
  std::string text;
  std::string id = {};  // of a warning, which can be dismissed
};
using Grade = Finding::Grade;

Finding about_relay(const SyncReport& report, std::chrono::milliseconds took) {
  if (report.reached && !report.trouble) {
    return {Grade::ok, "relay", say(tr("the relay answers; everything took {} ms"), took.count())};
  }
  const bool grave = report.trouble && exit_code_of(report.trouble->code) == ExitCode::security;
  return {grave ? Grade::bad : Grade::warn, "relay",
          report.trouble ? report.trouble->what : tr("there was nothing to ask the relay")};
}

Finding about_clock(const Health& health) {
  if (!health.clock_ahead_minutes) {
    return {Grade::warn, "clock", tr("no relay has said yet what time it is")};
  }
  const std::int64_t ahead = *health.clock_ahead_minutes;
  if (std::abs(ahead) <= clock_minutes_tolerated) {
    return {Grade::ok, "clock", tr("this clock agrees with the relay's")};
  }
  return {Grade::warn, "clock",
          say(ahead > 0 ? tr("this clock is {} min ahead of the relay's: set it if it is wrong")
                        : tr("this clock is {} min behind the relay's: set it if it is wrong"),
              std::abs(ahead))};
}

Finding about_keys(const Health& health) {
  if (health.members_disagreeing_on_keys > 0) {
    return {Grade::bad, "keys",
            say(tr("{} of the members was shown other token keys by the relay: it may be telling "
                   "people apart",
                   "{} of the members were shown other token keys by the relay: it may be telling "
                   "people apart",
                   health.members_disagreeing_on_keys),
                health.members_disagreeing_on_keys)};
  }
  return {Grade::ok, "keys",
          say(tr("token keys agree with {} member", "token keys agree with {} members",
                 health.members_agreeing_on_keys),
              health.members_agreeing_on_keys)};
}

Finding about_enrolment(const Health& health, TimePoint now) {
  if (health.enrolled) return {Grade::ok, "account", tr("enrolled")};
  if (health.enroll_due) {
    return {Grade::ok, "account",
            say(tr("enrols at {}, a random time; porchlight sync --now does it at once"),
                short_time(*health.enroll_due, now))};
  }
  return {
      Grade::warn, "account",
      tr("not enrolled, and without a token to enrol with: it comes once you are let in, if you "
         "asked at an event; or else follow an invite with porchlight join LINK")};
}

Finding about_tokens(const Health& health) {
  const auto counted = [&](const char* sentence) {
    return say(sentence, health.session_tokens, health.enroll_tokens);
  };
  if (health.session_tokens >= tokens_low || (!health.enrolled && !health.enroll_due)) {
    return {Grade::ok, "tokens", counted(tr("{0} session tokens, {1} for invites"))};
  }
  return {Grade::warn, "tokens",
          counted(health.enrolled
                      ? tr("{0} session tokens, {1} for invites: porchlight sync --now fetches "
                           "more, if today's are not used up")
                      : tr("{0} session tokens, {1} for invites: more come once it has enrolled; "
                           "until then each command uses some up"))};
}

Finding about_queue(const Health& health) {
  if (health.queued == 0) return {Grade::ok, "outbox", tr("nothing is queued")};
  return {Grade::warn, "outbox", say(tr("{} queued here: porchlight outbox list"), health.queued)};
}

Finding about_waiting(TimePoint until, TimePoint now) {
  return {Grade::warn, "changes",
          say(tr("the relay was restored from a backup: changes to groups wait until {}, and what "
                 "it has lost is sent again"),
              short_time(until, now))};
}

/// What a channel waits for, or how long it can go on.
Finding about_channel(const ChannelView& channel, TimePoint now) {
  const std::string name = one_line(channel.name);
  const std::string standing = standing_text(channel);
  // That it is over is told when it happens: nothing is to be done.
  const bool over = channel.standing == ChannelView::Standing::over;
  if (!standing.empty())
    return {over ? Grade::ok : Grade::warn, "channel",
            say(tr("channel \"{0}\": {1}"), name, standing)};
  if (channel.side == ChannelView::Side::audience) {
    return {Grade::ok, "channel", say(tr("channel \"{}\": reading"), name)};
  }
  const bool soon = channel.keys_until_day < wire::unix_day(now) + channel_days_low;
  return {soon ? Grade::warn : Grade::ok, "channel",
          say(soon ? tr("channel \"{0}\": keys until {1}, and somebody who leads must come online "
                        "before that")
                   : tr("channel \"{0}\": keys until {1}"),
              name, keys_until(channel))};
}

Finding about_restore() {
  return {
      Grade::ok, "vault",
      tr("restored from a backup a short time ago: the device it was made on must not be used any "
         "more")};
}

const char* word_of(Grade grade) {
  switch (grade) {
    case Grade::ok:
      return mark("ok");
    case Grade::warn:
      return mark("warn");
    case Grade::bad:
      return mark("bad");
  }
  return "";
}

void show(Output& out, const Finding& finding) {
  if (out.json()) {
    Json fields = {
        {"grade", word_of(finding.grade)}, {"topic", finding.topic}, {"text", finding.text}};
    if (!finding.id.empty()) fields["id"] = finding.id;
    return out.record("finding", std::move(fields));
  }
  const auto tone = finding.grade == Grade::ok     ? Output::Tone::good
                    : finding.grade == Grade::warn ? Output::Tone::warning
                                                   : Output::Tone::bad;
  std::size_t columns = 0;
  for (const Grade grade : {Grade::ok, Grade::warn, Grade::bad}) {
    columns = std::max(columns, width_of(tr(word_of(grade))));
  }
  const std::string word = fit_to(tr(word_of(finding.grade)), columns);
  out.line(out.tinted(tone, word) + "  " + one_line(finding.text));
}

/// On this device alone: no relay is needed for it.
Result<ExitCode> dismiss(Context& context, const std::vector<std::string>& ids) {
  TRY(const auto engine, context.open());
  Core& core = engine->core();
  std::vector<WarningView> dismissed = core.warnings();
  for (const std::string& id : ids) CHECK(core.dismiss_warning(warning_id(id)));
  CHECK(engine->keep());
  for (const WarningView& still : core.warnings()) {
    std::erase_if(dismissed, [&](const WarningView& warning) {
      return warning.kind == still.kind && warning.text == still.text &&
             warning.first_seen == still.first_seen;
    });
  }
  for (const WarningView& warning : dismissed) {
    if (context.out().json()) {
      context.out().record("dismissed", {{"id", warning_name(warning.id)},
                                         {"topic", kind_name(warning.kind)},
                                         {"text", warning.text}});
    } else {
      context.out().line(
          say(tr("Dismissed {0}: {1}"), warning_name(warning.id), one_line(warning.text)));
    }
  }
  return ExitCode::done;
}

Result<ExitCode> run_doctor(Context& context, const std::vector<std::string>& dismissed) {
  if (!dismissed.empty()) return dismiss(context, dismissed);
  TRY(const auto engine, context.open());
  const auto started = std::chrono::steady_clock::now();
  TRY(const SyncReport report, context.sync(*engine));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - started);
  Core& core = engine->core();
  const Health health = core.health(context.now());
  std::vector<Finding> findings = {
      about_relay(report, took), about_clock(health),
      about_keys(health),        about_enrolment(health, context.now()),
      about_tokens(health),      about_queue(health)};
  if (health.changes_wait_until) {
    findings.push_back(about_waiting(*health.changes_wait_until, context.now()));
  }
  for (const ChannelView& channel : core.channels()) {
    findings.push_back(about_channel(channel, context.now()));
  }
  if (health.restored) findings.push_back(about_restore());
  const auto warnings = core.warnings();
  for (const WarningView& warning : warnings) {
    const std::string name = warning_name(warning.id);
    findings.push_back(
        {Grade::warn, kind_name(warning.kind),
         warning.text + " (" + name + ", " + short_time(warning.first_seen, context.now()) + ")",
         name});
  }
  ExitCode code = ExitCode::done;
  for (const Finding& finding : findings) {
    show(context.out(), finding);
    if (finding.grade == Grade::bad) code = ExitCode::security;
  }
  if (!warnings.empty()) {
    context.out().say(say(tr("Once you have understood a warning: porchlight doctor --dismiss {}"),
                          warning_name(warnings.front().id)));
  }
  return code;
}

}  // namespace

Action define_doctor(CLI::App& app) {
  auto dismissed = std::make_shared<std::vector<std::string>>();
  app.add_option("--dismiss", *dismissed,
                 tr("Show these warnings no more, unless they happen anew; as doctor calls them"))
      ->type_name(tr("ID"));
  return [dismissed](Context& context) { return run_doctor(context, *dismissed); };
}

}  // namespace porchlight::client
