#include "client/cli/conduct.hpp"

#include <sstream>

#include "client/cli/terminal.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

/// On the side, as what the command prints is something else.
Result<bool> ask_for(Context& context, const GroupView& group, const RulesView& rules) {
  if (can_ask()) {
    for (const std::string& line : rules_lines(group, rules, context.now())) {
      context.out().say(line);
    }
  }
  return confirm(
      tr("Do you accept these rules?"),
      say(tr("\"{0}\" has rules of conduct that you have not accepted yet (version {1}). "
             "Nothing was claimed. Read them with porchlight rules show; then claim "
             "with --accept-rules."),
          one_line(group.name), rules.version));
}

}  // namespace

std::vector<std::string> rules_lines(const GroupView& group, const RulesView& rules,
                                     TimePoint now) {
  std::vector<std::string> lines;
  lines.push_back(say(tr("Rules of conduct of {0}, version {1}, set by {2} {3}:"),
                      one_line(group.name), rules.version, one_line(rules.set_by),
                      short_time(rules.sent, now)));
  std::istringstream text(rules.text);
  for (std::string line; std::getline(text, line);) lines.push_back("  " + one_line(line));
  return lines;
}

Error rules_declined() {
  return {Errc::not_permitted,
          tr("Nothing was claimed: who claims a sighting accepts the group's rules of conduct "
             "first. Talk to a lead about what you do not agree with.")};
}

Result<std::optional<RulesView>> accepted_rules(Context& context, Engine& engine,
                                                const GroupView& group, Acceptance acceptance) {
  Core& core = engine.core();
  auto rules = current_rules(core.live_messages(group.id, context.now()));
  if (!rules || core.accepted_rules(group.id) == rules->hash) return rules;
  if (acceptance == Acceptance::to_be_asked) {
    TRY(const bool accepted, ask_for(context, group, *rules));
    if (!accepted) return rules_declined();
  }
  core.accept_rules(group.id, rules->hash);
  CHECK(engine.keep());
  return rules;
}

void print_rules(Context& context, const GroupView& group, const RulesView& rules) {
  for (const std::string& line : rules_lines(group, rules, context.now())) {
    context.out().line(line);
  }
}

}  // namespace porchlight::client
