#include "client/cli/show_sighting.hpp"

#include "client/cli/time_text.hpp"
#include "client/core/waiting.hpp"
#include "proto/base/encoding.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

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
      if (sighting.taken_back) return tr("taken back by its author");
      return "closed" + labelled(": ", sighting.closing_note.value_or(""));
  }
  return "";
}

/// The sighting that a claim is about, where another claim has it.
const SightingView* claimed_by_other(const MessageView& message, const Board& board) {
  const auto id = MessageId::from(as_bytes(message.body.verification().sighting()));
  const SightingView* about = id ? board.find_id(*id) : nullptr;
  if (about == nullptr) return nullptr;
  const SightingView& original = board.original(*about);
  return original.claim && original.claim->id != message.id ? &original : nullptr;
}

std::string claim_text(const MessageView& message, const Board& board, const std::string& name) {
  if (const SightingView* other = claimed_by_other(message, board)) {
    return say(tr("{0} claimed, but {1} has it"), name, one_line(other->claimed_by.value_or("")));
  }
  const wire::Claim& claim = message.body.verification().claim();
  const auto eta = claim.eta_minutes();
  if (!claim.over().empty()) {
    return eta ? say(tr("{} taken over, there in {} min"), name, eta)
               : say(tr("{} taken over"), name);
  }
  return name + " claimed" + (eta ? ", there in " + std::to_string(eta) + " min" : "");
}

}  // namespace

std::string name_of(const std::string& id, const Board& board) {
  const auto wanted = MessageId::from(as_bytes(id));
  const SightingView* sighting = wanted ? board.find_id(*wanted) : nullptr;
  if (sighting != nullptr) return sighting->short_id;
  return wanted ? short_id(*wanted, 3) : "an unknown sighting";
}

std::string report_text(const MessageView& message, const Board& board, TimePoint now) {
  const wire::Body& body = message.body;
  const std::string name = name_of(body.id(), board);
  if (board.is_taken_back(message)) return say(tr("{} (taken back)"), name);
  const std::string fields = sighting_text(body.sighting(), now);
  const SightingView* sighting = board.find_id(message.id);
  if (sighting != nullptr && sighting->id != message.id) {
    return say(tr("{} corrected: {}"), name, fields);
  }
  return name + " sighting: " + fields;
}

std::string verification_text(const MessageView& message, const Board& board) {
  const Verification& verification = message.body.verification();
  const std::string name = name_of(verification.sighting(), board);
  if (board.is_taken_back(message)) return say(tr("{} (taken back)"), name);
  switch (verification.kind_case()) {
    case Verification::kClaim:
      return claim_text(message, board, name);
    case Verification::kOutcome:
      return name + " " + outcome_text(verification.outcome(), board);
    case Verification::kClosure:
      return name + " closed" + labelled(": ", verification.closure().note());
    case Verification::kRelease:
      return verification.release().note().empty()
                 ? say(tr("{} released: who can go?"), name)
                 : say(tr("{} released: {}"), name, one_line(verification.release().note()));
    default:
      return name + " was changed in a way that this version cannot show";
  }
}

std::string retraction_text(const MessageView& message, const Board& board) {
  const auto id = MessageId::from(as_bytes(message.body.retraction().message()));
  const SightingView* sighting = id ? board.find_id(*id) : nullptr;
  if (sighting == nullptr || sighting->report.sender != message.sender) {
    return tr("takes back an earlier message");
  }
  return sighting->id == *id ? say(tr("{} taken back"), sighting->short_id)
                             : say(tr("{}: a correction taken back"), sighting->short_id);
}

Json salute_json(const wire::Sighting& sighting) {
  Json fields{{"size", sighting.size()},
              {"activity", sighting.activity()},
              {"where", sighting.location()},
              {"uniform", sighting.uniform()},
              {"equipment", sighting.equipment()},
              {"first_hand", sighting.first_hand()},
              {"still_there", sighting.still_there()},
              {"area", sighting.area()}};
  if (sighting.observed_minute() != 0) {
    fields["observed"] = rfc3339(from_minute(sighting.observed_minute()));
  }
  return fields;
}

void add_verification(Json& fields, const MessageView& message, const Board& board) {
  const Verification& verification = message.body.verification();
  fields["sighting"] = name_of(verification.sighting(), board);
  switch (verification.kind_case()) {
    case Verification::kClaim:
      fields["act"] = "claim";
      fields["eta_minutes"] = verification.claim().eta_minutes();
      fields["takes_over"] = !verification.claim().over().empty();
      fields["lost"] = claimed_by_other(message, board) != nullptr;
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
    case Verification::kRelease:
      fields["act"] = "release";
      fields["note"] = verification.release().note();
      break;
    default:
      fields["act"] = "unknown";
  }
}

void add_retraction(Json& fields, const MessageView& message, const Board& board) {
  const auto id = MessageId::from(as_bytes(message.body.retraction().message()));
  if (!id) return;
  fields["takes_back"] = hex_encode(id->view());
  const SightingView* sighting = board.find_id(*id);
  if (sighting != nullptr) fields["sighting"] = sighting->short_id;
}

std::int64_t minutes_waiting(const SightingView& sighting, TimePoint now) {
  return std::chrono::floor<std::chrono::minutes>(now - sighting.report.received).count();
}

std::string delay_text(const SightingView& sighting, TimePoint now) {
  if (is_waiting(sighting, now)) {
    return say(tr("nobody has had it for {} min"), minutes_waiting(sighting, now));
  }
  if (is_overdue(sighting, now)) {
    return say(tr("overdue since {}"), short_time(*overdue_from(sighting), now));
  }
  return "";
}

void add_delay(Json& fields, const SightingView& sighting, TimePoint now) {
  if (is_waiting(sighting, now)) fields["waiting_minutes"] = minutes_waiting(sighting, now);
  if (is_overdue(sighting, now)) fields["overdue_since"] = rfc3339(*overdue_from(sighting));
}

std::string sighting_text(const wire::Sighting& sighting, TimePoint now) {
  std::string row;
  add(row, one_line(sighting.activity()));
  add(row, labelled("at ", sighting.location()));
  if (!sighting.area().empty()) add(row, say(tr("zone {}"), one_line(sighting.area())));
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
  if (sighting.folded_into) fields["folded_into"] = name_of(sighting.folded_into->str(), board);
  fields["corrected"] = !sighting.corrections.empty();
  fields["taken_back"] = sighting.taken_back;
  return fields;
}

}  // namespace porchlight::client
