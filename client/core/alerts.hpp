// Alerts from the first word to the all-clear, as a pure function of a channel's messages (clause
// 14.11): every device that holds the same messages shows the same, whatever order they came in.
// Must not know: channels' state, keys, clocks.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/core/views.hpp"

namespace porchlight::client {

/// The last answer of one of the audience.
struct AnswerView {
  VerifyKey who;
  std::string name;
  bool mine = false;
  std::string answer;  // one of the alert's
  std::string note;
  TimePoint received;
  MessageView::Standing standing = MessageView::Standing::stored;
};

struct AlertView {
  MessageId id;
  std::string short_id;  // "A-9QX": unique among these
  MessageView message;
  std::optional<wire::AllClear> clear;  // the last one
  std::string cleared_by;               // for the group alone
  std::vector<AnswerView> answers;      // by who, ascending
  std::size_t calls = 1;                // how many times it was called out
  /// Why it went out unconfirmed, where it was forced: for the group alone.
  std::optional<std::string> forced_reason;

  bool asks_for_answers() const { return message.body.alert().answers_size() > 0; }
  /// A correction is no end.
  bool is_over() const { return clear && clear->kind() != wire::CLEAR_CORRECTED; }
  const AnswerView* my_answer() const;
};

struct AlertBoard {
  std::vector<AlertView> alerts;  // oldest first

  /// By "A-9QX", "9qx" or any longer unique beginning; none where nothing or several match.
  const AlertView* find(std::string_view short_id) const;
};

/// `messages` are the channel's in the agreed order, `group_messages` those of the group it belongs
/// to, none for the audience.
AlertBoard make_alerts(std::span<const MessageView> messages,
                       std::span<const MessageView> group_messages = {});

/// Who answered what, and who is silent.
struct AlertCount {
  struct Answer {
    std::string answer;
    std::vector<std::string> names;  // sorted
  };
  std::vector<Answer> answers;      // in the alert's order, those that nobody gave too
  std::vector<std::string> silent;  // sorted
  /// Who answered and is not in the audience: was taken out since, or is not listed yet.
  std::size_t others = 0;
};
struct AudiencePerson {
  VerifyKey identity;
  std::string name;
};
AlertCount count_answers(const AlertView& alert, std::span<const AudiencePerson> audience);

/// The wording in the first of these languages (BCP 47; "es-MX" falls back to "es", and then to any
/// other Spanish) that is there; otherwise the first one. Its `language` says which. Null where
/// there is none.
const wire::Wording* choose_wording(std::span<const wire::Wording* const> wordings,
                                    std::span<const std::string> languages);

}  // namespace porchlight::client
