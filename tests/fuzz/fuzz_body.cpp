// Bodies: whatever is read is within its limits and safe to show, and what a writer may say every
// reader reads as it was written.
#include "client/core/bodies.hpp"

#include <algorithm>

#include "client/core/codec.hpp"
#include "client/core/text.hpp"
#include "proto/base/limits.hpp"
#include "tests/fuzz/people.hpp"

using namespace porchlight;
using namespace porchlight::client;
using wire::Body;

namespace {

const auto fallback_id = fuzz::filled<MessageId>(0xfa);
constexpr TimePoint now{std::chrono::days(20'000)};

bool is_clean(const std::string& text) { return is_clean_text(text, limits::field_bytes_max); }

bool is_clean(const wire::Sighting& sighting) {
  return is_clean(sighting.size()) && is_clean(sighting.activity()) &&
         is_clean(sighting.location()) && is_clean(sighting.uniform()) &&
         is_clean(sighting.equipment());
}

bool is_clean(const wire::Verification& verification) {
  return verification.sighting().size() == MessageId::size_bytes &&
         verification.kind_case() != wire::Verification::KIND_NOT_SET &&
         is_clean(verification.outcome().basis()) && is_clean(verification.closure().note()) &&
         is_clean(verification.release().note());
}

template <class Wordings>
bool are_clean(const Wordings& wordings) {
  std::size_t bytes = 0;
  for (const wire::Wording& wording : wordings) {
    if (wording.text().empty() || !is_clean_text(wording.text(), limits::alert_text_bytes_max) ||
        !is_clean_line(wording.language(), limits::language_bytes_max)) {
      return false;
    }
    bytes += wording.text().size();
  }
  return bytes <= limits::alert_text_bytes_max;
}

bool is_clean(const wire::Alert& alert) {
  const auto& answers = alert.answers();
  return are_clean(alert.wordings()) && !alert.wordings().empty() &&
         alert.answer_delay_seconds() <= limits::answer_delay_seconds_max &&
         std::all_of(answers.begin(), answers.end(), [](const std::string& answer) {
           return !answer.empty() && is_clean_line(answer, limits::answer_bytes_max);
         });
}

void check_channel_kinds(const Body& body) {
  PORCHLIGHT_ASSERT(!body.has_alert() || is_clean(body.alert()));
  PORCHLIGHT_ASSERT(is_clean_line(body.ack().answer(), limits::answer_bytes_max));
  PORCHLIGHT_ASSERT(is_clean(body.ack().note()));
  PORCHLIGHT_ASSERT(are_clean(body.all_clear().wordings()));
  PORCHLIGHT_ASSERT(is_clean(body.forced_alert().reason()));
  PORCHLIGHT_ASSERT(is_clean_line(body.channel_keys().name(), limits::name_bytes_max));
  PORCHLIGHT_ASSERT(!body.has_channel_keys() || !is_for_people(body));
  PORCHLIGHT_ASSERT(is_clean_line(body.audience_invite().to(), limits::name_bytes_max));
  PORCHLIGHT_ASSERT(static_cast<std::size_t>(body.audience_list().pages_size()) <=
                    limits::audience_pages_max);
}

void check_work_kinds(const Body& body) {
  PORCHLIGHT_ASSERT(is_clean(body.roll_call().text()) && is_clean(body.roll_call_answer().note()));
  PORCHLIGHT_ASSERT(is_clean_line(body.shift().site(), limits::name_bytes_max) &&
                    is_clean_line(body.shift().post(), limits::name_bytes_max));
  PORCHLIGHT_ASSERT(body.shift().end_minute() - body.shift().start_minute() <=
                    limits::shift_minutes_max);
  PORCHLIGHT_ASSERT(is_clean_text(body.library_item().text(), limits::library_text_bytes_max) &&
                    is_clean_line(body.library_item().title(), limits::name_bytes_max));
  const wire::DetentionNotice& notice = body.detention_notice();
  PORCHLIGHT_ASSERT(is_clean(notice.name()) && is_clean(notice.contact()));
  PORCHLIGHT_ASSERT(notice.consent() || (notice.name().empty() && notice.contact().empty()));
  PORCHLIGHT_ASSERT(is_clean_text(body.rules().text(), limits::rules_text_bytes_max));
}

void check(const Body& body) {
  PORCHLIGHT_ASSERT(body.id().size() == MessageId::size_bytes && is_clean_line(body.zone(), 64));
  PORCHLIGHT_ASSERT(body.lifetime_hours() > 0);
  PORCHLIGHT_ASSERT(body.lifetime_hours() <= limits::library_lifetime_hours);
  PORCHLIGHT_ASSERT(is_clean_text(body.text().text(), limits::text_bytes_max));
  PORCHLIGHT_ASSERT(body.has_text() != body.text().text().empty());
  PORCHLIGHT_ASSERT(is_clean(body.sighting()));
  PORCHLIGHT_ASSERT(!body.has_verification() || is_clean(body.verification()));
  check_channel_kinds(body);
  check_work_kinds(body);
  const TimePoint end = end_of_life(body, now);
  PORCHLIGHT_ASSERT(end > now - std::chrono::hours(24));
  PORCHLIGHT_ASSERT(end <= now + std::chrono::hours(limits::library_lifetime_hours + 1));
  PORCHLIGHT_ASSERT(end_of_life(body, std::nullopt).time_since_epoch().count() > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const Body body = read_body(bytes, fallback_id, now);
  check(body);
  if (body.kind_case() != Body::KIND_NOT_SET) {
    PORCHLIGHT_ASSERT(serialise(read_body(serialise(body), {}, {})) == serialise(body));
  }

  Body own;
  fuzz::FixedRandom random;
  if (parse(own, bytes)) {
    const Status complete = complete_body(own, random, now);
    PORCHLIGHT_ASSERT(complete.ok() || complete.error().code == Errc::usage);
    const Body again = read_body(serialise(own), fallback_id, now);
    PORCHLIGHT_ASSERT((again.kind_case() != Body::KIND_NOT_SET) == complete.ok());
    if (complete.ok()) PORCHLIGHT_ASSERT(serialise(again) == serialise(own));
  }
  return 0;
}
