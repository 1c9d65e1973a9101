#include "client/cli/show_roll_call.hpp"

#include "client/cli/show.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/short_name.hpp"
#include "proto/base/encoding.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

TimePoint from_minute(std::uint64_t minute) {
  return TimePoint(std::chrono::minutes(static_cast<std::int64_t>(minute)));
}

void add(std::string& row, const std::string& part) {
  if (part.empty()) return;
  row += (row.empty() ? "" : " · ") + part;
}

/// What a call is called where only its id is at hand.
std::string called(const std::string& id) {
  const auto call = MessageId::from(as_bytes(id));
  return call ? "C-" + short_name(call->view(), short_name_chars_min) : tr("an unknown roll call");
}

std::string call_text(const wire::Body& body, TimePoint now) {
  const wire::RollCall& call = body.roll_call();
  const auto asked = static_cast<std::size_t>(call.asked_size());
  std::string row =
      say(tr("roll call {0}, {1} person is asked", "roll call {0}, {1} people are asked", asked),
          called(body.id()), asked);
  add(row, one_line(call.text()));
  if (call.deadline_minute() != 0) {
    add(row, say(tr("answer by {0}"), short_time(from_minute(call.deadline_minute()), now)));
  }
  return row;
}

std::string said_text(const wire::RollCallAnswer& answer) {
  const char* sentence = tr("(an answer to {0} that this version cannot show)");
  if (answer.kind() == wire::ROLL_CALL_OK) sentence = tr("ok, in answer to {0}");
  if (answer.kind() == wire::ROLL_CALL_NEED_HELP) sentence = tr("NEEDS HELP, in answer to {0}");
  if (answer.kind() == wire::ROLL_CALL_URGENT) sentence = tr("URGENT, in answer to {0}");
  std::string row = say(sentence, called(answer.roll_call()));
  add(row, one_line(answer.note()));
  return row;
}

Json answers_json(const std::vector<RollCallAnswerView>& answers) {
  Json list = Json::array();
  for (const RollCallAnswerView& answer : answers) {
    list.push_back({{"name", answer.name},
                    {"answer", answer_name(answer.kind)},
                    {"note", answer.note},
                    {"sent", rfc3339(answer.sent)}});
  }
  return list;
}

}  // namespace

const char* answer_name(wire::RollCallAnswerKind kind) {
  switch (kind) {
    case wire::ROLL_CALL_OK:
      return "ok";
    case wire::ROLL_CALL_NEED_HELP:
      return "need-help";
    case wire::ROLL_CALL_URGENT:
      return "urgent";
    default:
      return "unknown";
  }
}

Result<wire::RollCallAnswerKind> parse_roll_call_answer(const std::string& typed) {
  for (const auto kind : {wire::ROLL_CALL_OK, wire::ROLL_CALL_NEED_HELP, wire::ROLL_CALL_URGENT}) {
    if (typed == answer_name(kind)) return kind;
  }
  return Error{Errc::usage, say(tr("A roll call is answered with ok, need-help or urgent, not with "
                                   "\"{0}\". Nothing was sent."),
                                one_line(typed))};
}

std::string answer_text(wire::RollCallAnswerKind kind) {
  switch (kind) {
    case wire::ROLL_CALL_OK:
      return tr("ok");
    case wire::ROLL_CALL_NEED_HELP:
      return tr("NEEDS HELP");
    case wire::ROLL_CALL_URGENT:
      return tr("URGENT");
    default:
      return tr("unknown");
  }
}

std::string roll_call_text(const MessageView& message, TimePoint now) {
  const wire::Body& body = message.body;
  return body.has_roll_call() ? call_text(body, now) : said_text(body.roll_call_answer());
}

void add_roll_call(Json& fields, const wire::Body& body) {
  if (body.has_roll_call_answer()) {
    const wire::RollCallAnswer& answer = body.roll_call_answer();
    fields["kind"] = "roll_call_answer";
    fields["roll_call"] = called(answer.roll_call());
    fields["answer"] = answer_name(answer.kind());
    fields["note"] = answer.note();
    return;
  }
  const wire::RollCall& call = body.roll_call();
  fields["kind"] = "roll_call";
  fields["roll_call"] = called(body.id());
  fields["text"] = call.text();
  fields["asked"] = call.asked_size();
  if (call.deadline_minute() != 0) {
    fields["deadline"] = rfc3339(from_minute(call.deadline_minute()));
  }
}

Json roll_call_json(const RollCallView& call, const RollCallCount& count,
                    const std::string& group) {
  const wire::RollCall& body = call.message.body.roll_call();
  Json fields{{"roll_call", call.short_id},
              {"id", hex_encode(call.id.view())},
              {"group", group},
              {"from", call.message.sender_name},
              {"mine", call.message.mine},
              {"sent", rfc3339(call.message.sent)},
              {"stored", call.message.standing == MessageView::Standing::stored},
              {"text", body.text()},
              {"asked", call.asked.size()},
              {"urgent", count.count(wire::ROLL_CALL_URGENT)},
              {"need_help", count.count(wire::ROLL_CALL_NEED_HELP)},
              {"ok", count.count(wire::ROLL_CALL_OK)},
              {"answers", answers_json(count.answers)},
              {"not_asked", answers_json(count.others)},
              {"silent", count.silent},
              {"left", count.left},
              {"left_unknown", count.left_unknown}};
  if (body.deadline_minute() != 0)
    fields["deadline"] = rfc3339(from_minute(body.deadline_minute()));
  if (const auto* mine = call.my_answer()) fields["my_answer"] = answer_name(mine->kind);
  return fields;
}

std::string roll_call_standing(const RollCallView& call, const RollCallCount& count) {
  std::string row = say(tr("{0} of {1} answered"), count.answers.size(), call.asked.size());
  const std::size_t urgent = count.count(wire::ROLL_CALL_URGENT);
  const std::size_t help = count.count(wire::ROLL_CALL_NEED_HELP);
  if (urgent > 0) add(row, say(tr("{0} URGENT"), urgent));
  if (help > 0) add(row, say(tr("{0} NEEDS HELP", "{0} NEED HELP", help), help));
  return row;
}

}  // namespace porchlight::client
