#include "client/cli/show.hpp"

#include "client/cli/people.hpp"
#include "client/cli/photos.hpp"
#include "client/cli/show_detention.hpp"
#include "client/cli/show_library.hpp"
#include "client/cli/show_roll_call.hpp"
#include "client/cli/show_shift.hpp"
#include "client/cli/show_sighting.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/encoding.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

std::string called_alert(const wire::ForcedAlert& forced) {
  const auto id = MessageId::from(as_bytes(forced.alert()));
  return id ? "A-" + short_id(*id, 3) : tr("an alert");
}

std::string forced_text(const wire::ForcedAlert& forced, const Board& board) {
  return say(tr("{0} goes out although {1} is not confirmed: {2}"), called_alert(forced),
             name_of(forced.sighting(), board), one_line(forced.reason()));
}

std::string body_text(const MessageView& message, const Board& board, TimePoint now) {
  const wire::Body& body = message.body;
  switch (body.kind_case()) {
    case wire::Body::kText:
      return board.is_taken_back(message) ? tr("(taken back)") : one_line(body.text().text());
    case wire::Body::kSighting:
      return report_text(message, board, now);
    case wire::Body::kVerification:
      return verification_text(message, board);
    case wire::Body::kForcedAlert:
      return forced_text(body.forced_alert(), board);
    case wire::Body::kRetraction:
      return retraction_text(message, board);
    case wire::Body::kRules:
      return say(tr("rules of conduct, version {}: {}"), body.rules().version(),
                 one_line(body.rules().text()));
    case wire::Body::kRollCall:
    case wire::Body::kRollCallAnswer:
      return roll_call_text(message, now);
    case wire::Body::kDetentionNotice:
      return detention_text(message, now);
    case wire::Body::kShift:
    case wire::Body::kShiftAct:
      return shift_text(body);
    case wire::Body::kLibraryItem:
      return library_text(body.library_item());
    case wire::Body::kAttachment:
      return say(tr("photo of {0}, {1}: porchlight photo get {0}"),
                 name_of(body.attachment().message(), board), size_text(body.attachment().size()));
    default:
      return tr("(a message that this version cannot show: update porchlight)");
  }
}

}  // namespace

std::string words_text(const SafetyWords& words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : " ") + std::string(word);
  return text;
}

Json words_json(const SafetyWords& words) {
  Json list = Json::array();
  for (const std::string_view word : words) list.push_back(word);
  return list;
}

Json request_json(const RequestView& request) {
  return {{"id", request_name(request.id)},        {"name", request.name},
          {"kind", kind_name(request.kind)},       {"invited_as", request.invited_as},
          {"group", request.group_name},           {"received", rfc3339(request.received)},
          {"words", words_json(request.words)},    {"invite_uses", request.invite_uses},
          {"invite_number", request.invite_number}};
}

std::string message_line(const MessageView& message, const std::string& group, const Board& board,
                         TimePoint now) {
  return short_time(message.sent, now) + "  " + one_line(group) + "  " +
         one_line(message.sender_name) + "  " + body_text(message, board, now);
}

Json message_json(const MessageView& message, const std::string& group, const Board& board) {
  const wire::Body& body = message.body;
  Json fields{{"group", group},
              {"id", hex_encode(message.id.view())},
              {"from", message.sender_name},
              {"mine", message.mine},
              {"standing", standing_name(message.standing)},
              {"sent", rfc3339(message.sent)},
              {"received", rfc3339(message.received)},
              {"zone", body.zone()}};
  const bool gone = board.is_taken_back(message);
  if (gone) fields["taken_back"] = true;
  switch (body.kind_case()) {
    case wire::Body::kText:
      fields["kind"] = "text";
      if (!gone) fields["text"] = body.text().text();
      break;
    case wire::Body::kSighting:
      fields["kind"] = "sighting";
      fields["sighting"] = name_of(body.id(), board);
      if (!gone) fields["report"] = salute_json(body.sighting());
      break;
    case wire::Body::kVerification:
      fields["kind"] = "verification";
      add_verification(fields, message, board);
      break;
    case wire::Body::kForcedAlert:
      fields["kind"] = "forced_alert";
      fields["alert"] = called_alert(body.forced_alert());
      fields["sighting"] = name_of(body.forced_alert().sighting(), board);
      fields["reason"] = body.forced_alert().reason();
      break;
    case wire::Body::kRetraction:
      fields["kind"] = "retraction";
      add_retraction(fields, message, board);
      break;
    case wire::Body::kRules:
      fields["kind"] = "rules";
      fields["version"] = body.rules().version();
      fields["text"] = body.rules().text();
      break;
    case wire::Body::kRollCall:
    case wire::Body::kRollCallAnswer:
      add_roll_call(fields, body);
      break;
    case wire::Body::kDetentionNotice:
      add_detention(fields, body);
      break;
    case wire::Body::kShift:
    case wire::Body::kShiftAct:
      add_shift(fields, body);
      break;
    case wire::Body::kLibraryItem:
      add_library(fields, body.library_item());
      break;
    case wire::Body::kAttachment:
      fields["kind"] = "photo";
      fields["sighting"] = name_of(body.attachment().message(), board);
      fields["bytes"] = body.attachment().size();
      break;
    default:
      fields["kind"] = "unknown";
  }
  return fields;
}

}  // namespace porchlight::client
