// rules set, show: what everybody who claims a sighting has accepted.
#include "client/cli/commands.hpp"
#include "client/cli/conduct.hpp"
#include "client/cli/people.hpp"
#include "client/cli/posting.hpp"
#include "client/cli/terminal.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/encoding.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

struct RulesOptions {
  std::string group;
  std::string text;
};

std::optional<RulesView> rules_of(Context& context, const Core& core, const GroupView& group) {
  return current_rules(core.live_messages(group.id, context.now()));
}

Result<ExitCode> run_set(Context& context, const RulesOptions& options) {
  std::string text = options.text;
  if (text == "-") {
    TRY(text, read_stdin(limits::rules_text_bytes_max));
    std::erase(text, '\r');  // lines from elsewhere may end in two characters
  }
  if (text.empty()) {
    return Error{Errc::usage, tr("The rules are empty. Nothing was set: write them after --text, "
                                 "or say --text - and give them on stdin.")};
  }
  TRY(const auto engine, context.open());
  TRY(const GroupView group, pick_group(engine->core(), options.group));
  // Somebody may have set rules that are not here yet; a number is used once.
  TRY(const SyncReport report, context.sync(*engine));
  if (report.trouble) context.out().warn(report.trouble->what);
  const auto before = rules_of(context, engine->core(), group);
  wire::Body body;
  wire::Rules& rules = *body.mutable_rules();
  rules.set_version(before ? before->version + 1 : 1);
  rules.set_text(text);
  const std::uint32_t version = rules.version();
  TRY(const ExitCode end, post_body(context, *engine, group, std::move(body),
                                    say(tr("Rules of conduct, version {}"), version)));
  const auto now = rules_of(context, engine->core(), group);
  if (now && (now->version != version || now->text != text)) {
    return Error{Errc::conflict,
                 say(tr("{0} set version {1} of the rules just before, and that one counts. Read "
                        "it with porchlight rules show, and set yours again if it is still "
                        "wanted."),
                     one_line(now->set_by), now->version)};
  }
  return end;
}

Json rules_json(const Core& core, const GroupView& group, const RulesView& rules) {
  return {{"group", group.name},
          {"version", rules.version},
          {"text", rules.text},
          {"set_by", rules.set_by},
          {"sent", rfc3339(rules.sent)},
          {"hash", hex_encode(rules.hash.view())},
          {"accepted", core.accepted_rules(group.id) == rules.hash}};
}

Result<ExitCode> run_show(Context& context, const RulesOptions& options) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  const Core& core = engine->core();
  TRY(const GroupView group, pick_group(core, options.group));
  const auto rules = rules_of(context, core, group);
  Output& out = context.out();
  if (!rules) {
    if (!out.json()) out.say(say(tr("{} has no rules of conduct."), one_line(group.name)));
  } else if (out.json()) {
    out.record("rules", rules_json(core, group, *rules));
  } else {
    print_rules(context, group, *rules);
    out.say(core.accepted_rules(group.id) == rules->hash
                ? tr("You have accepted them.")
                : tr("You have not accepted them yet: your next claim asks."));
  }
  return context.end_of_reading(report);
}

}  // namespace

Action define_rules_set(CLI::App& app) {
  auto options = std::make_shared<RulesOptions>();
  app.add_option("group", options->group, tr("Whose; may be left out where there is only one"))
      ->type_name(tr("GROUP"));
  app.add_option("--text", options->text, tr("The rules; - reads them from stdin"))
      ->type_name(tr("TEXT"))
      ->required();
  return [options](Context& context) { return run_set(context, *options); };
}

Action define_rules_show(CLI::App& app) {
  auto options = std::make_shared<RulesOptions>();
  app.add_option("group", options->group, tr("Whose; may be left out where there is only one"))
      ->type_name(tr("GROUP"));
  return [options](Context& context) { return run_show(context, *options); };
}

}  // namespace porchlight::client
