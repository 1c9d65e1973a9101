#include "client/cli/show_sighting.hpp"

#include "client/cli/photos.hpp"
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

/// Empty where `text` is.
std::string labelled(const char* sentence, const std::string& text) {
  return text.empty() ? "" : say(sentence, one_line(text));
}

std::string outcome_title(const wire::Outcome& outcome, const Board& board) {
  if (outcome.kind() == wire::OUTCOME_DUPLICATE) {
    return say(tr("duplicate of {}"), name_of(outcome.duplicate_of(), board));
  }
  return tr(outcome_name(outcome.kind()));
}

std::string outcome_text(const wire::Outcome& outcome, const Board& board) {
  return outcome_title(outcome, board) + labelled(": {}", outcome.basis());
}

std::string progress_text(const SightingView& sighting, const Board& board) {
  using Standing = SightingView::Standing;
  switch (sighting.standing) {
    case Standing::open:
      return tr("open");
    case Standing::claimed: {
      const std::string name = one_line(sighting.claimed_by.value_or(tr("somebody")));
      const auto eta = sighting.eta_minutes.value_or(0);
      return eta ? say(tr("claimed by {0}, there in {1} min"), name, eta)
                 : say(tr("claimed by {}"), name);
    }
    case Standing::confirmed:
    case Standing::dismissed:
      return say(tr("{0} by {1}"),
                 sighting.outcome ? outcome_title(*sighting.outcome, board)
                                  : tr(standing_name(sighting.standing)),
                 one_line(sighting.outcome_by.value_or(tr("somebody")))) +
             (sighting.outcome ? labelled(": {}", sighting.outcome->basis()) : "");
    case Standing::closed:
      if (sighting.taken_back) return tr("taken back by its author");
      return tr("closed") + labelled(": {}", sighting.closing_note.value_or(""));
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
  return eta ? say(tr("{0} claimed, there in {1} min"), name, eta) : say(tr("{} claimed"), name);
}

}  // namespace

std::string name_of(const std::string& id, const Board& board) {
  const auto wanted = MessageId::from(as_bytes(id));
  const SightingView* sighting = wanted ? board.find_id(*wanted) : nullptr;
  if (sighting != nullptr) return sighting->short_id;
  return wanted ? "S-" + short_id(*wanted, 3) : tr("an unknown sighting");
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
  return say(tr("{0} sighting: {1}"), name, fields);
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
      return say(tr("{} closed"), name) + labelled(": {}", verification.closure().note());
    case Verification::kRelease:
      return verification.release().note().empty()
                 ? say(tr("{} released: who can go?"), name)
                 : say(tr("{} released: {}"), name, one_line(verification.release().note()));
    default:
      return say(tr("{} was changed in a way that this version cannot show"), name);
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
  add(row, labelled(tr("at {}"), sighting.location()));
  if (!sighting.area().empty()) add(row, say(tr("zone {}"), one_line(sighting.area())));
  add(row, labelled(tr("size {}"), sighting.size()));
  add(row, labelled(tr("wearing {}"), sighting.uniform()));
  add(row, labelled(tr("with {}"), sighting.equipment()));
  if (sighting.observed_minute() != 0) {
    add(row, say(tr("seen {}"), short_time(from_minute(sighting.observed_minute()), now)));
  }
  if (sighting.first_hand()) add(row, tr("first hand"));
  if (sighting.still_there()) add(row, tr("still there"));
  return row;
}

std::string standing_text(const SightingView& sighting, const Board& board) {
  const bool queued = sighting.report.standing == MessageView::Standing::queued;
  const std::string text = progress_text(sighting, board);
  return queued ? say(tr("queued here, {}"), text) : text;
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
  if (!sighting.photos.empty()) fields["photos"] = photos_json(sighting);
  return fields;
}

}  // namespace porchlight::client
