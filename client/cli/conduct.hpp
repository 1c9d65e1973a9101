// A group's rules of conduct, where a person is to accept them (clause 15.2).
// Must not know: what they are accepted for.
#pragma once

#include "client/cli/context.hpp"
#include "client/core/rules.hpp"

namespace porchlight::client {

/// How a person said beforehand whether they accept what the group asks.
enum class Acceptance : std::uint8_t { to_be_asked, given };

/// The rules that count in the group and that this member has accepted, asked for once per version;
/// none where the group has no rules. 'usage' where nobody can be asked, 'not_permitted' where they
/// are declined: each says what is not done then.
Result<std::optional<RulesView>> accepted_rules(Context& context, Engine& engine,
                                                const GroupView& group, Acceptance acceptance);

/// The text as it is to be read: a title and its lines, and nothing in them that a terminal obeys.
std::vector<std::string> rules_lines(const GroupView& group, const RulesView& rules, TimePoint now);
/// The same on stdout.
void print_rules(Context& context, const GroupView& group, const RulesView& rules);

/// 'not_permitted': what is told to who was asked and does not accept them.
Error rules_declined();

}  // namespace porchlight::client
