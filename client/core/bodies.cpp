#include "client/core/bodies.hpp"

#include "client/core/bodies_channel.hpp"
#include "client/core/bodies_work.hpp"
#include "client/core/card.hpp"
#include "client/core/codec.hpp"
#include "client/core/library.hpp"
#include "client/core/text.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using wire::Body;

constexpr std::size_t zone_bytes_max = 64;

LifetimeHours lifetime(const Body& body) {
  if (const auto work = work_lifetime(body)) return *work;
  if (body.kind_case() == Body::kText) {
    return {limits::text_lifetime_hours, limits::text_lifetime_hours_max};
  }
  if (is_about_alerts(body)) {
    return {limits::alert_lifetime_hours, limits::alert_lifetime_hours_max};
  }
  // What carries keys or the audience is wanted for as long as the relay keeps it.
  if (is_between_devices_of_a_channel(body)) {
    return {limits::ordinary_days * 24, limits::ordinary_days * 24};
  }
  return {limits::sighting_lifetime_hours, limits::sighting_lifetime_hours_max};
}

Error usage(std::string what) { return {Errc::usage, std::move(what)}; }

Status check_text(const wire::Text& text) {
  if (text.text().empty()) return usage(tr("the text is empty"));
  return check_field(text.text(), tr("the text"), limits::text_bytes_max);
}

Status check_sighting(const wire::Sighting& sighting) {
  if (sighting.activity().empty() && sighting.location().empty()) {
    return usage(tr("a sighting needs to say what was seen, or where"));
  }
  CHECK(check_field(sighting.size(), tr("the size"), limits::field_bytes_max));
  CHECK(check_field(sighting.activity(), tr("the activity"), limits::field_bytes_max));
  CHECK(check_field(sighting.location(), tr("the location"), limits::field_bytes_max));
  CHECK(check_field(sighting.uniform(), tr("the uniform"), limits::field_bytes_max));
  CHECK(check_field(sighting.equipment(), tr("the equipment"), limits::field_bytes_max));
  if (!sighting.area().empty() && !is_clean_name(sighting.area())) {
    return usage(tr("a zone is a few words on one line"));
  }
  if (sighting.observed_minute() > minute_max) return usage(tr("the time is not a possible one"));
  return Ok{};
}

Status check_outcome(const wire::Outcome& outcome) {
  if (!wire::OutcomeKind_IsValid(outcome.kind()) || outcome.kind() == wire::OUTCOME_NONE) {
    return usage(tr("an outcome needs to say what it is"));
  }
  const bool duplicate = outcome.kind() == wire::OUTCOME_DUPLICATE;
  const std::size_t expected = duplicate ? MessageId::size_bytes : 0;
  if (outcome.duplicate_of().size() != expected) {
    return usage(tr("a duplicate, and no other outcome, names another sighting"));
  }
  return check_field(outcome.basis(), tr("the basis"), limits::field_bytes_max);
}

Status check_claim(const wire::Claim& claim) {
  if (claim.eta_minutes() > limits::eta_minutes_max) {
    return usage(tr("the time until arrival is longer than a day"));
  }
  if (!claim.over().empty() && claim.over().size() != MessageId::size_bytes) {
    return usage(tr("a claim takes over one other claim, or none"));
  }
  if (!claim.rules().empty() && claim.rules().size() != limits::short_id_bytes) {
    return usage(tr("a claim names the rules by the beginning of their hash"));
  }
  return Ok{};
}

Status check_verification(const wire::Verification& verification) {
  if (verification.sighting().size() != MessageId::size_bytes) {
    return usage(tr("a verification names the sighting it is about"));
  }
  switch (verification.kind_case()) {
    case wire::Verification::kClaim:
      return check_claim(verification.claim());
    case wire::Verification::kOutcome:
      return check_outcome(verification.outcome());
    case wire::Verification::kClosure:
      return check_field(verification.closure().note(), tr("the note"), limits::field_bytes_max);
    case wire::Verification::kRelease:
      return check_field(verification.release().note(), tr("the note"), limits::field_bytes_max);
    case wire::Verification::KIND_NOT_SET:
      break;
  }
  return usage(tr("a verification needs to say what it is"));
}

Status check_card_update(const wire::CardUpdate& update) {
  if (update.card().empty() || update.card().size() > limits::card_bytes_max) {
    return usage(tr("a card update holds a card"));
  }
  return Ok{};
}

Status check_leave(const wire::Leave& leave) {
  if (leave.request().size() != RequestHash::size_bytes) {
    return usage(tr("who leaves names the request by which they are in"));
  }
  return Ok{};
}

Status check_body(const Body& body) {
  if (body.id().size() != MessageId::size_bytes) return usage(tr("a message's id has 16 bytes"));
  if (body.sent_minute() > minute_max) return usage(tr("the time is not a possible one"));
  if (!is_clean_line(body.zone(), zone_bytes_max))
    return usage(tr("the time zone is no name of one"));
  if (!body.supersedes().empty() && body.supersedes().size() != MessageId::size_bytes) {
    return usage(tr("a message replaces one other message, or none"));
  }
  if (body.lifetime_hours() == 0 || body.lifetime_hours() > lifetime(body).most) {
    return usage(say(tr("this kind of message lives at most {} hours"), lifetime(body).most));
  }
  switch (body.kind_case()) {
    case Body::kText:
      return check_text(body.text());
    case Body::kSighting:
      return check_sighting(body.sighting());
    case Body::kVerification:
      return check_verification(body.verification());
    case Body::kLeave:
      return check_leave(body.leave());
    case Body::kCardUpdate:
      return check_card_update(body.card_update());
    case Body::KIND_NOT_SET:
      return usage(tr("there is nothing to say in this message"));
    default:
      return check_channel_body(body);
  }
}

}  // namespace

Status complete_body(Body& body, Random& random, TimePoint now) {
  if (body.id().empty()) body.set_id(random.fixed<MessageId>().str());
  if (body.sent_minute() == 0) body.set_sent_minute(wire::unix_minute(now));
  if (body.lifetime_hours() == 0) body.set_lifetime_hours(lifetime(body).usual);
  return check_body(body);
}

Body read_body(ByteView bytes, const MessageId& fallback_id, TimePoint fallback_sent) {
  Body body;
  const bool decoded = parse(body, bytes);
  if (decoded && check_body(body).ok()) return body;
  Body placeholder;
  const bool has_id = decoded && body.id().size() == MessageId::size_bytes;
  placeholder.set_id(has_id ? body.id() : fallback_id.str());
  placeholder.set_sent_minute(wire::unix_minute(fallback_sent));
  make_placeholder(placeholder);
  return placeholder;
}

void make_placeholder(Body& body) {
  body.clear_kind();
  body.set_lifetime_hours(limits::text_lifetime_hours);
}

bool is_for_people(const Body& body) {
  return !body.has_leave() && !body.has_card_update() && !is_between_devices_of_a_channel(body);
}

bool may_be_said(const Body& body, GroupKind kind) {
  return !body.has_detention_notice() || kind == GroupKind::legal;
}

bool is_for_leads_to_say(const Body& body) {
  return body.has_rules() ||
         (body.has_library_item() && body.library_item().version() > library_version_members_max);
}

TimePoint end_of_life(const Body& body, std::optional<TimePoint> stored) {
  using std::chrono::hours;
  const TimePoint said{std::chrono::minutes(static_cast<std::int64_t>(body.sent_minute()))};
  TimePoint sent = said;
  // A clock that is far off must not erase a message on arrival, nor keep it for ever.
  if (stored) sent = std::clamp(sent, *stored - hours(24), *stored + hours(1));
  const TimePoint end = sent + hours(body.lifetime_hours());
  if (!body.has_detention_notice()) return end;
  // Where the sender's clock is far off, its purge day is as far off.
  const std::chrono::days purge_days(std::int64_t{body.detention_notice().purge_day()} + 1);
  return std::min(end, TimePoint(purge_days) + (sent - said));
}

}  // namespace porchlight::client
