#include "client/core/bodies_work.hpp"

#include <algorithm>

#include "client/core/attachment.hpp"
#include "client/core/bodies.hpp"
#include "client/core/text.hpp"
#include "proto/base/ids.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using wire::Body;

Error usage(std::string what) { return {Errc::usage, std::move(what)}; }

Status check_about(const std::string& id, const char* what) {
  if (id.size() != MessageId::size_bytes) return usage(say(tr("{} names what it is about"), what));
  return Ok{};
}

Status check_minute(std::uint64_t minute) {
  if (minute > minute_max) return usage(tr("the time is not a possible one"));
  return Ok{};
}

Status check_day(std::uint32_t day) { return check_minute(std::uint64_t{day} * 24 * 60); }

Status check_roll_call(const wire::RollCall& call) {
  CHECK(check_field(call.text(), tr("the text"), limits::field_bytes_max));
  CHECK(check_minute(call.deadline_minute()));
  const auto& asked = call.asked();
  if (asked.empty()) return usage(tr("a roll call asks somebody"));
  if (static_cast<std::size_t>(asked.size()) > limits::group_members_max) {
    return usage(say(tr("a roll call asks at most {}"), limits::group_members_max));
  }
  const bool fit = std::all_of(asked.begin(), asked.end(), [](const std::string& id) {
    return id.size() == limits::short_id_bytes;
  });
  if (!fit ||
      std::adjacent_find(asked.begin(), asked.end(), std::greater_equal<>()) != asked.end()) {
    return usage(tr("a roll call asks everybody once"));
  }
  return Ok{};
}

Status check_roll_call_answer(const wire::RollCallAnswer& answer) {
  CHECK(check_about(answer.roll_call(), tr("an answer")));
  if (!wire::RollCallAnswerKind_IsValid(answer.kind()) || answer.kind() == wire::ROLL_CALL_NONE) {
    return usage(tr("an answer to a roll call is ok, need-help or urgent"));
  }
  return check_field(answer.note(), tr("the note"), limits::field_bytes_max);
}

Status check_shift(const wire::Shift& shift) {
  if (shift.site().empty() || !is_clean_name(shift.site())) {
    return usage(tr("a shift needs its site, in a few words on one line"));
  }
  if (!shift.post().empty() && !is_clean_name(shift.post())) {
    return usage(tr("a shift's post is a few words on one line"));
  }
  CHECK(check_minute(shift.start_minute()));
  CHECK(check_minute(shift.end_minute()));
  if (shift.end_minute() <= shift.start_minute() ||
      shift.end_minute() - shift.start_minute() > limits::shift_minutes_max) {
    return usage(tr("a shift ends after it starts, within a day"));
  }
  if (shift.min_people() > shift.max_people() || shift.max_people() == 0 ||
      shift.max_people() > limits::shift_people_max) {
    return usage(say(tr("a shift needs at most {} people, and not fewer at most than at least"),
                     limits::shift_people_max));
  }
  return check_field(shift.note(), tr("the note"), limits::field_bytes_max);
}

Status check_shift_act(const wire::ShiftAct& act) {
  CHECK(check_about(act.shift(), tr("what is done about a shift")));
  if (!wire::ShiftActKind_IsValid(act.kind()) || act.kind() == wire::SHIFT_NONE) {
    return usage(tr("what is done about a shift needs to say what it is"));
  }
  const bool handed = act.kind() == wire::SHIFT_HAND_OVER;
  if (act.to().size() != (handed ? VerifyKey::size_bytes : 0)) {
    return usage(tr("a place is handed over to somebody, and nothing else names anybody"));
  }
  return check_field(act.note(), tr("the note"), limits::field_bytes_max);
}

Status check_library_item(const wire::LibraryItem& item) {
  CHECK(check_about(item.item(), tr("an item of the library")));
  if (item.version() == 0 || item.version() > limits::library_version_max) {
    return usage(say(tr("a version is a number from 1 to {}"), limits::library_version_max));
  }
  if (!is_clean_name(item.title())) {
    return usage(tr("an item of the library needs a title of a few words on one line"));
  }
  CHECK(check_field(item.jurisdiction(), tr("the jurisdiction"), limits::field_bytes_max));
  CHECK(check_field(item.reviewer(), tr("the reviewer"), limits::field_bytes_max));
  if (!is_language(item.language())) {
    return usage(tr("a language is a short code of letters, like es or es-MX"));
  }
  CHECK(check_day(item.review_by_day()));
  return check_field(item.text(), tr("the text"), limits::library_text_bytes_max);
}

Status check_detention(const Body& body) {
  const wire::DetentionNotice& notice = body.detention_notice();
  CHECK(check_about(notice.notice(), tr("a detention notice")));
  CHECK(check_field(notice.place(), tr("the place"), limits::field_bytes_max));
  CHECK(check_minute(notice.minute()));
  CHECK(check_field(notice.agency(), tr("the agency"), limits::field_bytes_max));
  if (!notice.consent() && !(notice.name().empty() && notice.contact().empty())) {
    return usage(tr("nobody is named in a detention notice who has not agreed to it"));
  }
  CHECK(check_field(notice.name(), tr("the name"), limits::field_bytes_max));
  CHECK(check_field(notice.contact(), tr("the contact"), limits::field_bytes_max));
  CHECK(check_field(notice.note(), tr("the note"), limits::field_bytes_max));
  if (!wire::Attorney_IsValid(notice.attorney()))
    return usage(tr("the attorney's state is unknown"));
  if (!notice.holder().empty() && notice.holder().size() != VerifyKey::size_bytes) {
    return usage(tr("a detention notice is held by one person, or by nobody"));
  }
  const std::uint64_t sent_day = body.sent_minute() / (24 * 60);
  if (notice.purge_day() < sent_day ||
      notice.purge_day() > sent_day + limits::detention_lifetime_hours / 24) {
    return usage(tr("a detention notice is purged within 30 days; it can be renewed"));
  }
  return Ok{};
}

Status check_rules(const wire::Rules& rules) {
  if (rules.version() == 0 || rules.version() > limits::library_version_max) {
    return usage(say(tr("a version is a number from 1 to {}"), limits::library_version_max));
  }
  return check_field(rules.text(), tr("the text"), limits::rules_text_bytes_max);
}

}  // namespace

bool is_language(std::string_view text) {
  if (text.empty()) return true;
  if (text.size() > limits::language_bytes_max || text.front() == '-' || text.back() == '-') {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::optional<LifetimeHours> work_lifetime(const Body& body) {
  switch (body.kind_case()) {
    case Body::kRetraction:
      // As long as anything that it can take back.
      return LifetimeHours{limits::library_lifetime_hours, limits::library_lifetime_hours};
    case Body::kRollCall:
    case Body::kRollCallAnswer:
      return LifetimeHours{limits::roll_call_lifetime_hours, limits::roll_call_lifetime_hours_max};
    case Body::kShift:
    case Body::kShiftAct:
      return LifetimeHours{limits::shift_lifetime_hours, limits::shift_lifetime_hours_max};
    case Body::kLibraryItem:
      return LifetimeHours{limits::library_lifetime_hours, limits::library_lifetime_hours};
    case Body::kDetentionNotice:
      return LifetimeHours{limits::detention_lifetime_hours, limits::detention_lifetime_hours};
    case Body::kRules:
      return LifetimeHours{limits::rules_lifetime_hours, limits::rules_lifetime_hours};
    default:
      return std::nullopt;
  }
}

Status check_work_body(const Body& body) {
  switch (body.kind_case()) {
    case Body::kRetraction:
      return check_about(body.retraction().message(), tr("who takes something back"));
    case Body::kRollCall:
      return check_roll_call(body.roll_call());
    case Body::kRollCallAnswer:
      return check_roll_call_answer(body.roll_call_answer());
    case Body::kShift:
      return check_shift(body.shift());
    case Body::kShiftAct:
      return check_shift_act(body.shift_act());
    case Body::kLibraryItem:
      return check_library_item(body.library_item());
    case Body::kDetentionNotice:
      return check_detention(body);
    case Body::kRules:
      return check_rules(body.rules());
    case Body::kAttachment:
      return check_attachment(body.attachment());
    default:
      return usage(tr("this version does not know this kind of message"));
  }
}

}  // namespace porchlight::client
