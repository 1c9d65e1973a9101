// Roll calls, as a pure function of a group's messages (clause 15.3): every device that holds the
// same messages shows the same, whatever order they came in.
// Must not know: groups' state, keys, clocks.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "client/core/views.hpp"

namespace porchlight::client {

/// How an identity begins, as roll calls name those they ask.
using ShortId = FixedBytes<struct ShortIdTag, 8>;
ShortId begin_of(const VerifyKey& identity);

/// The last answer of somebody.
struct RollCallAnswerView {
  VerifyKey who;
  std::string name;
  bool mine = false;
  wire::RollCallAnswerKind kind = wire::ROLL_CALL_NONE;
  std::string note;
  TimePoint sent;
  TimePoint received;
  MessageView::Standing standing = MessageView::Standing::stored;
};

struct RollCallView {
  MessageId id;
  std::string short_id;  // "C-4K7": unique among these
  MessageView message;
  std::set<ShortId> asked;
  std::vector<RollCallAnswerView> answers;  // by who, ascending

  bool asks(const VerifyKey& who) const { return asked.contains(begin_of(who)); }
  const RollCallAnswerView* my_answer() const;
};

/// `messages` in the agreed order (as Core::live_messages gives them). Oldest first.
std::vector<RollCallView> make_roll_calls(std::span<const MessageView> messages);

/// What everybody who is to be asked has in the body: ascending, each once.
void ask(std::span<const VerifyKey> people, wire::RollCall& call);

/// Somebody whose name is known here.
struct KnownPerson {
  VerifyKey identity;
  std::string name;
  enum class Place : std::uint8_t { in_group, elsewhere } place = Place::in_group;
};

/// Who answered what, and who is silent.
struct RollCallCount {
  std::vector<RollCallAnswerView> answers;  // of those asked: urgent, need help, ok; then by name
  std::vector<RollCallAnswerView> others;   // of people who were not asked, in the same order
  std::vector<std::string> silent;          // sorted
  /// Silent, and out of the group since; or of a name that is not known any more.
  std::vector<std::string> left;
  std::size_t left_unknown = 0;

  std::size_t count(wire::RollCallAnswerKind kind) const;  // among `answers`
};
/// Where somebody is twice among `known`, the first one counts.
RollCallCount count_answers(const RollCallView& call, std::span<const KnownPerson> known);

}  // namespace porchlight::client
