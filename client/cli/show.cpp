#include "client/cli/show.hpp"

#include "client/cli/show_library.hpp"
#include "client/cli/show_shift.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/encoding.hpp"

namespace porchlight::client {
namespace {

using wire::Verification;

TimePoint from_minute(std::uint64_t minute) {
  return TimePoint(std::chrono::minutes(static_cast<std::int64_t>(minute)));
}

void add(std::string& row, const std::string& part) {
  if (part.empty()) return;
  if (!row.empty()) row += " · ";
  row += part;
}

std::string labelled(const char* label, const std::string& text) {
  return text.empty() ? "" : label + one_line(text);
}

/// What a sighting is called here: it may be known by its report, or only by its id.
std::string name_of(const std::string& id, const Board& board) {
  const auto wanted = MessageId::from(id);
  for (const SightingView& sighting : board.sightings) {
    if (sighting.id == wanted) return sighting.short_id;
  }
  return wanted ? short_id(*wanted, 3) : "an unknown sighting";
}

std::string outcome_title(const wire::Outcome& outcome, const Board& board) {
  std::string text = outcome_name(outcome.kind());
  if (outcome.kind() == wire::OUTCOME_DUPLICATE) {
    text += " of " + name_of(outcome.duplicate_of(), board);
  }
  return text;
}

std::string outcome_text(const wire::Outcome& outcome, const Board& board) {
  return outcome_title(outcome, board) + labelled(": ", outcome.basis());
}

std::string progress_text(const SightingView& sighting, const Board& board) {
  using Standing = SightingView::Standing;
  switch (sighting.standing) {
    case Standing::open:
      return "open";
    case Standing::claimed:
      return "claimed by " + one_line(sighting.claimed_by.value_or("somebody")) +
             (sighting.eta_minutes.value_or(0)
                  ? ", there in " + std::to_string(*sighting.eta_minutes) + " min"
                  : "");
    case Standing::confirmed:
    case Standing::dismissed:
      return (sighting.outcome ? outcome_title(*sighting.outcome, board)
                               : std::string(standing_name(sighting.standing))) +
             " by " + one_line(sighting.outcome_by.value_or("somebody")) +
             (sighting.outcome ? labelled(": ", sighting.outcome->basis()) : "");
    case Standing::closed:
      return "closed" + labelled(": ", sighting.closing_note.value_or(""));
  }
  return "";
}

std::string verification_text(const Verification& verification, const Board& board) {
  const std::string name = name_of(verification.sighting(), board);
  switch (verification.kind_case()) {
    case Verification::kClaim: {
      const auto eta = verification.claim().eta_minutes();
      return name + " claimed" + (eta ? ", there in " + std::to_string(eta) + " min" : "");
    }
    case Verification::kOutcome:
      return name + " " + outcome_text(verification.outcome(), board);
    case Verification::kClosure:
      return name + " closed" + labelled(": ", verification.closure().note());
    default:
      return name + " was changed in a way that this version cannot show";
  }
}

std::string called_alert(const wire::ForcedAlert& forced) {
  const auto id = MessageId::from(as_bytes(forced.alert()));
  return id ? "A-" + short_id(*id, 3) : "an alert";
}

std::string forced_text(const wire::ForcedAlert& forced, const Board& board) {
  return called_alert(forced) + " goes out although " + name_of(forced.sighting(), board) +
         " is not confirmed: " + one_line(forced.reason());
}

std::string body_text(const MessageView& message, const Board& board, TimePoint now) {
  const wire::Body& body = message.body;
  switch (body.kind_case()) {
    case wire::Body::kText:
      return one_line(body.text().text());
    case wire::Body::kSighting:
      return name_of(body.id(), board) + " sighting: " + sighting_text(body.sighting(), now);
    case wire::Body::kVerification:
      return verification_text(body.verification(), board);
    case wire::Body::kForcedAlert:
      return forced_text(body.forced_alert(), board);
    case wire::Body::kShift:
    case wire::Body::kShiftAct:
      return shift_text(body);
    case wire::Body::kLibraryItem:
      return library_text(body.library_item());
    default:
      return "(a message that this version cannot show: update porchlight)";
  }
}

Json salute_json(const wire::Sighting& sighting) {
  Json fields{{"size", sighting.size()},
              {"activity", sighting.activity()},
              {"where", sighting.location()},
              {"uniform", sighting.uniform()},
              {"equipment", sighting.equipment()},
              {"first_hand", sighting.first_hand()},
              {"still_there", sighting.still_there()}};
  if (sighting.observed_minute() != 0) {
    fields["observed"] = rfc3339(from_minute(sighting.observed_minute()));
  }
  return fields;
}

void add_verification(Json& fields, const Verification& verification, const Board& board) {
  fields["sighting"] = name_of(verification.sighting(), board);
  switch (verification.kind_case()) {
    case Verification::kClaim:
      fields["act"] = "claim";
      fields["eta_minutes"] = verification.claim().eta_minutes();
      break;
    case Verification::kOutcome:
      fields["act"] = outcome_name(verification.outcome().kind());
      fields["basis"] = verification.outcome().basis();
      if (verification.outcome().kind() == wire::OUTCOME_DUPLICATE) {
        fields["duplicate_of"] = name_of(verification.outcome().duplicate_of(), board);
      }
      break;
    case Verification::kClosure:
      fields["act"] = "close";
      fields["note"] = verification.closure().note();
      break;
    default:
      fields["act"] = "unknown";
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

std::string sighting_text(const wire::Sighting& sighting, TimePoint now) {
  std::string row;
  add(row, one_line(sighting.activity()));
  add(row, labelled("at ", sighting.location()));
  add(row, labelled("size ", sighting.size()));
  add(row, labelled("wearing ", sighting.uniform()));
  add(row, labelled("with ", sighting.equipment()));
  if (sighting.observed_minute() != 0) {
    add(row, "seen " + short_time(from_minute(sighting.observed_minute()), now));
  }
  if (sighting.first_hand()) add(row, "first hand");
  if (sighting.still_there()) add(row, "still there");
  return row;
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
  switch (body.kind_case()) {
    case wire::Body::kText:
      fields["kind"] = "text";
      fields["text"] = body.text().text();
      break;
    case wire::Body::kSighting:
      fields["kind"] = "sighting";
      fields["sighting"] = name_of(body.id(), board);
      fields["report"] = salute_json(body.sighting());
      break;
    case wire::Body::kVerification:
      fields["kind"] = "verification";
      add_verification(fields, body.verification(), board);
      break;
    case wire::Body::kForcedAlert:
      fields["kind"] = "forced_alert";
      fields["alert"] = called_alert(body.forced_alert());
      fields["sighting"] = name_of(body.forced_alert().sighting(), board);
      fields["reason"] = body.forced_alert().reason();
      break;
    case wire::Body::kShift:
    case wire::Body::kShiftAct:
      add_shift(fields, body);
      break;
    case wire::Body::kLibraryItem:
      add_library(fields, body.library_item());
      break;
    default:
      fields["kind"] = "unknown";
  }
  return fields;
}

std::string standing_text(const SightingView& sighting, const Board& board) {
  const bool queued = sighting.report.standing == MessageView::Standing::queued;
  return (queued ? "queued here, " : "") + progress_text(sighting, board);
}

Json sighting_json(const SightingView& sighting, const std::string& group, const Board& board) {
  Json fields{{"sighting", sighting.short_id},
              {"id", hex_encode(sighting.id.view())},
              {"group", group},
              {"standing", standing_name(sighting.standing)},
              {"from", sighting.report.sender_name},
              {"mine", sighting.report.mine},
              {"sent", rfc3339(sighting.report.sent)},
              {"stored", sighting.report.standing == MessageView::Standing::stored},
              {"report", salute_json(sighting.report.body.sighting())}};
  if (sighting.claimed_by) fields["claimed_by"] = *sighting.claimed_by;
  if (sighting.eta_minutes) fields["eta_minutes"] = *sighting.eta_minutes;
  if (sighting.outcome) {
    fields["outcome"] = outcome_name(sighting.outcome->kind());
    fields["basis"] = sighting.outcome->basis();
    if (sighting.outcome->kind() == wire::OUTCOME_DUPLICATE) {
      fields["duplicate_of"] = name_of(sighting.outcome->duplicate_of(), board);
    }
  }
  if (sighting.outcome_by) fields["outcome_by"] = *sighting.outcome_by;
  if (sighting.closing_note) fields["note"] = *sighting.closing_note;
  return fields;
}

}  // namespace porchlight::client
