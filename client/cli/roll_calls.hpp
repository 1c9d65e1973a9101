// Roll calls of this member's groups, and what is said in them, for commands and the board alike
// (clause 15.3). Must not know: the relay, how a person is asked.
#pragma once

#include "client/core/core.hpp"
#include "client/core/roll_call.hpp"

namespace porchlight::client {

struct FoundCall {
  GroupView group;
  RollCallView call;
};

std::vector<FoundCall> calls_in(const Core& core, const GroupView& group, TimePoint now);
/// Of all groups, oldest first.
std::vector<FoundCall> all_calls(const Core& core, TimePoint now);
bool asks_me(const FoundCall& found);
/// Whoever is in a group of this member's has a name.
RollCallCount count_in(const Core& core, const FoundCall& found);

/// Asks those of the group who are called so, and everybody but this member where `who` is empty,
/// until `deadline`, as typed ("20m", "14:30"), where there is one. 'not_found' and 'usage' say
/// what is wrong.
Result<wire::Body> call_body(const GroupView& group, const std::vector<std::string>& who,
                             const std::string& text, const std::string& deadline, TimePoint now);
/// It lives as long as the call.
wire::Body answer_body(const RollCallView& call, wire::RollCallAnswerKind kind,
                       const std::string& note);

}  // namespace porchlight::client
