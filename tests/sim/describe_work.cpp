#include "tests/sim/describe_work.hpp"

#include "client/core/board.hpp"
#include "client/core/detention.hpp"
#include "client/core/library.hpp"
#include "client/core/roll_call.hpp"
#include "client/core/rules.hpp"
#include "client/core/shifts.hpp"
#include "proto/base/encoding.hpp"

namespace porchlight::sim {
namespace {

using client::MessageView;

std::string brief(ByteView id) { return hex_encode(id.first(4)); }

std::string of_shift(const client::ShiftView& shift) {
  std::string text = "shift " + shift.short_id + (shift.cancelled ? " cancelled " : " ") +
                     shift.shift().SerializeAsString();
  for (const auto& [people, place] :
       {std::pair(&shift.places, " place "), std::pair(&shift.backups, " backup ")}) {
    for (const client::ShiftPerson& person : *people) {
      text += place + brief(person.who.view()) + (person.checked_in ? " in" : "") +
              (person.checked_out ? " out" : "") +
              (person.offered_to ? " for " + brief(person.offered_to->view()) : "");
    }
  }
  return text + '\n';
}

std::string of_call(const client::RollCallView& call) {
  std::string text = "roll call " + call.short_id + ' ' + std::to_string(call.asked.size());
  for (const client::RollCallAnswerView& answer : call.answers) {
    text += ' ' + brief(answer.who.view()) + ' ' + std::to_string(answer.kind);
  }
  return text + '\n';
}

}  // namespace

std::string describe_work(std::span<const MessageView> messages) {
  std::string text;
  for (const auto& shift : client::make_shifts(messages).shifts) text += of_shift(shift);
  for (const auto& call : client::make_roll_calls(messages)) text += of_call(call);
  for (const auto& item : client::make_library(messages).items) {
    text += "item " + item.short_id + ' ' + std::to_string(item.version);
    for (const auto& said : item.texts) text += ' ' + said.item().SerializeAsString();
    text += '\n';
  }
  for (const auto& notice : client::make_notices(messages)) {
    text += "notice " + notice.short_id + ' ' + brief(notice.message.id.view()) + ' ' +
            std::to_string(notice.earlier.size()) + '\n';
  }
  if (const auto rules = client::current_rules(messages)) {
    text += "rules " + std::to_string(rules->version) + ' ' + rules->text + '\n';
  }
  for (const auto& [who, id] : client::make_board(messages).taken_back) {
    text += "taken back " + brief(who.view()) + ' ' + brief(id.view()) + '\n';
  }
  return text;
}

}  // namespace porchlight::sim
