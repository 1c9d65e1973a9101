#include "client/core/alerts.hpp"

#include <algorithm>
#include <set>

#include "client/core/board.hpp"
#include "client/core/short_name.hpp"

namespace porchlight::client {
namespace {

using Voice = MessageView::Voice;

class Maker {
 public:
  explicit Maker(std::vector<AlertView>& alerts) : alerts_(alerts) {}

  void add_alert(const MessageView& message) {
    if (message.voice == Voice::person) return;                       // the channel alone alerts
    if (!places_.emplace(message.id, alerts_.size()).second) return;  // the first has the id
    AlertView& view = alerts_.emplace_back();
    view.id = message.id;
    view.message = message;
    answers_.emplace_back();
    calls_.emplace_back();
  }

  void apply(const MessageView& message) {
    const wire::Body& body = message.body;
    if (body.has_ack()) answer(message);
    if (message.voice == Voice::person) return;
    if (body.has_all_clear()) clear(message);
    if (body.has_recall()) call_again(message);
  }

  void force(const MessageView& message) {
    const wire::ForcedAlert& forced = message.body.forced_alert();
    const auto place = find(forced.alert());
    if (!place) return;
    AlertView& view = alerts_[*place];
    const bool same = view.message.body.alert().sighting() == forced.sighting();
    if (same && !view.forced_reason) view.forced_reason = forced.reason();
  }

  void finish() {
    for (std::size_t i = 0; i < alerts_.size(); ++i) {
      for (auto& [who, answer] : answers_[i]) alerts_[i].answers.push_back(std::move(answer));
      alerts_[i].calls += calls_[i].size();
    }
  }

 private:
  std::optional<std::size_t> find(const std::string& id) const {
    const auto message = MessageId::from(as_bytes(id));
    const auto place = message ? places_.find(*message) : places_.end();
    if (place == places_.end()) return std::nullopt;
    return place->second;
  }

  void answer(const MessageView& message) {
    const wire::Ack& ack = message.body.ack();
    const auto place = find(ack.alert());
    if (!place || message.voice != Voice::person) return;
    const auto& offered = alerts_[*place].message.body.alert().answers();
    if (std::find(offered.begin(), offered.end(), ack.answer()) == offered.end()) return;
    answers_[*place].insert_or_assign(
        message.sender, AnswerView{message.sender, message.sender_name, message.mine, ack.answer(),
                                   ack.note(), message.received, message.standing});
  }

  void clear(const MessageView& message) {
    const auto place = find(message.body.all_clear().alert());
    if (!place) return;
    alerts_[*place].clear = message.body.all_clear();
    alerts_[*place].cleared_by = message.sender_name;
  }

  void call_again(const MessageView& message) {
    if (const auto place = find(message.body.recall().alert())) calls_[*place].insert(message.id);
  }

  std::vector<AlertView>& alerts_;
  std::map<MessageId, std::size_t> places_;
  std::vector<std::map<VerifyKey, AnswerView>> answers_;
  std::vector<std::set<MessageId>> calls_;  // beyond the first
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_same_language(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view primary(std::string_view language) {
  return language.substr(0, language.find('-'));
}

using Wordings = std::span<const wire::Wording* const>;

/// The exact one first, then those with less said about them, then any of the same tongue.
const wire::Wording* wording_in(Wordings wordings, std::string_view language) {
  const auto pick = [&](auto matches) {
    const auto found = std::find_if(wordings.begin(), wordings.end(), matches);
    return found == wordings.end() ? nullptr : *found;
  };
  for (std::string_view tag = language; !tag.empty();) {
    if (const auto* found = pick([&](const wire::Wording* wording) {
          return is_same_language(wording->language(), tag);
        })) {
      return found;
    }
    const std::size_t end = tag.rfind('-');
    tag = end == std::string_view::npos ? std::string_view() : tag.substr(0, end);
  }
  return pick([&](const wire::Wording* wording) {
    return !language.empty() && is_same_language(primary(wording->language()), primary(language));
  });
}

}  // namespace

const AnswerView* AlertView::my_answer() const {
  const auto found = std::find_if(answers.begin(), answers.end(),
                                  [](const AnswerView& answer) { return answer.mine; });
  return found == answers.end() ? nullptr : &*found;
}

const AlertView* AlertBoard::find(std::string_view typed) const {
  return find_by_short_name(alerts, 'A', typed);
}

AlertBoard make_alerts(std::span<const MessageView> messages,
                       std::span<const MessageView> group_messages) {
  AlertBoard board;
  Maker maker(board.alerts);
  // Two passes: an answer may stand before its alert where two clocks disagree about the day.
  for (const MessageView& message : messages) {
    if (message.body.has_alert()) maker.add_alert(message);
  }
  for (const MessageView& message : messages) maker.apply(message);
  for (const MessageView& message : group_messages) {
    if (message.body.has_forced_alert()) maker.force(message);
  }
  maker.finish();

  give_short_names(board.alerts, 'A');
  return board;
}

AlertCount count_answers(const AlertView& alert, std::span<const AudiencePerson> audience) {
  AlertCount count;
  for (const std::string& answer : alert.message.body.alert().answers()) {
    count.answers.push_back({answer, {}});
  }
  std::map<VerifyKey, const AnswerView*> answered;
  for (const AnswerView& answer : alert.answers) answered.emplace(answer.who, &answer);
  std::set<VerifyKey> seen;
  for (const AudiencePerson& person : audience) {
    if (!seen.insert(person.identity).second) continue;
    const auto own = answered.find(person.identity);
    if (own == answered.end()) {
      count.silent.push_back(person.name);
      continue;
    }
    for (AlertCount::Answer& answer : count.answers) {
      if (answer.answer == own->second->answer) answer.names.push_back(person.name);
    }
    answered.erase(own);
  }
  count.others = answered.size();
  for (AlertCount::Answer& answer : count.answers) {
    std::sort(answer.names.begin(), answer.names.end());
  }
  std::sort(count.silent.begin(), count.silent.end());
  return count;
}

const wire::Wording* choose_wording(Wordings wordings, std::span<const std::string> languages) {
  for (const std::string& language : languages) {
    if (const wire::Wording* found = wording_in(wordings, language)) return found;
  }
  return wordings.empty() ? nullptr : wordings.front();
}

}  // namespace porchlight::client
