#include "client/core/roll_call.hpp"

#include <algorithm>
#include <map>

#include "client/core/short_name.hpp"
#include "proto/base/limits.hpp"

namespace porchlight::client {
namespace {

static_assert(ShortId::size_bytes == limits::short_id_bytes);

/// By the message's id; null where there is none.
class Calls {
 public:
  explicit Calls(std::vector<RollCallView>& calls) : calls_(calls) {}

  void add(const MessageView& message) {
    if (!places_.emplace(message.id, calls_.size()).second) return;  // the first has the id
    RollCallView& view = calls_.emplace_back();
    view.id = message.id;
    view.message = message;
    for (const std::string& asked : message.body.roll_call().asked()) {
      if (const auto id = ShortId::from(as_bytes(asked))) view.asked.insert(*id);
    }
    answers_.emplace_back();
  }

  void answer(const MessageView& message) {
    const wire::RollCallAnswer& said = message.body.roll_call_answer();
    const auto id = MessageId::from(as_bytes(said.roll_call()));
    const auto place = id ? places_.find(*id) : places_.end();
    if (place == places_.end()) return;
    answers_[place->second].insert_or_assign(
        message.sender,
        RollCallAnswerView{message.sender, message.sender_name, message.mine, said.kind(),
                           said.note(), message.sent, message.received, message.standing});
  }

  void finish() {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      for (auto& [who, answer] : answers_[i]) calls_[i].answers.push_back(std::move(answer));
    }
  }

 private:
  std::vector<RollCallView>& calls_;
  std::map<MessageId, std::size_t> places_;
  std::vector<std::map<VerifyKey, RollCallAnswerView>> answers_;
};

void sort(std::vector<RollCallAnswerView>& answers) {
  std::sort(answers.begin(), answers.end(),
            [](const RollCallAnswerView& a, const RollCallAnswerView& b) {
              if (a.kind != b.kind) return a.kind > b.kind;  // the worse it is, the higher
              return std::tie(a.name, a.who) < std::tie(b.name, b.who);
            });
}

}  // namespace

ShortId begin_of(const VerifyKey& identity) {
  return *ShortId::from(identity.view().first(ShortId::size_bytes));
}

const RollCallAnswerView* RollCallView::my_answer() const {
  const auto found = std::find_if(answers.begin(), answers.end(),
                                  [](const RollCallAnswerView& answer) { return answer.mine; });
  return found == answers.end() ? nullptr : &*found;
}

std::vector<RollCallView> make_roll_calls(std::span<const MessageView> messages) {
  std::vector<RollCallView> views;
  Calls calls(views);
  // Two passes: an answer may stand before its call where two clocks disagree about the day.
  for (const MessageView& message : messages) {
    if (message.body.has_roll_call()) calls.add(message);
  }
  for (const MessageView& message : messages) {
    if (message.body.has_roll_call_answer()) calls.answer(message);
  }
  calls.finish();
  give_short_names(views, 'C');
  return views;
}

void ask(std::span<const VerifyKey> people, wire::RollCall& call) {
  std::set<ShortId> asked;
  for (const VerifyKey& person : people) asked.insert(begin_of(person));
  call.clear_asked();
  for (const ShortId& id : asked) call.add_asked(id.str());
}

std::size_t RollCallCount::count(wire::RollCallAnswerKind kind) const {
  return static_cast<std::size_t>(
      std::count_if(answers.begin(), answers.end(),
                    [&](const RollCallAnswerView& answer) { return answer.kind == kind; }));
}

RollCallCount count_answers(const RollCallView& call, std::span<const KnownPerson> known) {
  std::map<ShortId, const KnownPerson*> people;
  for (const KnownPerson& person : known) people.emplace(begin_of(person.identity), &person);
  RollCallCount count;
  std::set<ShortId> silent = call.asked;
  for (RollCallAnswerView answer : call.answers) {
    const ShortId who = begin_of(answer.who);
    const auto person = people.find(who);
    if (person != people.end()) answer.name = person->second->name;
    silent.erase(who);
    (call.asked.contains(who) ? count.answers : count.others).push_back(std::move(answer));
  }
  for (const ShortId& who : silent) {
    const auto person = people.find(who);
    if (person == people.end()) {
      ++count.left_unknown;
    } else if (person->second->place == KnownPerson::Place::elsewhere) {
      count.left.push_back(person->second->name);
    } else {
      count.silent.push_back(person->second->name);
    }
  }
  sort(count.answers);
  sort(count.others);
  std::sort(count.silent.begin(), count.silent.end());
  std::sort(count.left.begin(), count.left.end());
  return count;
}

}  // namespace porchlight::client
