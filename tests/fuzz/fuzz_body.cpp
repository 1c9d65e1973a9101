// Bodies: whatever is read is within its limits and safe to show, what a writer may say every
// reader reads as it was written, and what is made of several of them stands.
#include "client/core/bodies.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "client/core/alerts.hpp"
#include "client/core/attachment_fetch.hpp"
#include "client/core/board.hpp"
#include "client/core/codec.hpp"
#include "client/core/detention.hpp"
#include "client/core/library.hpp"
#include "client/core/roll_call.hpp"
#include "client/core/rules.hpp"
#include "client/core/shifts.hpp"
#include "client/core/text.hpp"
#include "client/core/waiting.hpp"
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
  if (!body.has_attachment()) return;
  const AttachmentFetch fetched({}, {}, {}, body.attachment());  // asserts that the keys are whole
  PORCHLIGHT_ASSERT(!fetched.finish().ok());
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

/// The input is a photo, and what lies in a photo's mailbox.
void check_photo(ByteView bytes) {
  static const AttachmentKeys keys = derive_attachment(fuzz::filled<AttachmentSeed>(0x70));
  PORCHLIGHT_ASSERT(!open_chunk(keys.seal, bytes));
  const auto chunk = open_chunk(keys.seal, seal(seal_key(keys.seal), bytes));
  PORCHLIGHT_ASSERT(!chunk || chunk->payload.size() < bytes.size());
  if (bytes.empty() || bytes.size() > limits::attachment_bytes_max) return;
  fuzz::FixedRandom random;
  const SealedAttachment sealed = seal_attachment(fallback_id, bytes, random);
  PORCHLIGHT_ASSERT(check_attachment(sealed.body).ok());
  AttachmentFetch fetched({}, {}, {}, sealed.body);
  for (const Bytes& envelope : sealed.envelopes) fetched.take(fetched.after_seq() + 1, envelope);
  const auto photo = fetched.finish();
  PORCHLIGHT_ASSERT(photo.ok() == is_jpeg(bytes));
  PORCHLIGHT_ASSERT(!photo.ok() || std::ranges::equal(*photo, bytes));
}

/// The input again as several bodies of several people: each begins with its length (two bytes) and
/// who says it, and the seeds have them about one another.
std::vector<MessageView> conversation(ByteView bytes) {
  constexpr std::size_t most = 64;
  std::vector<MessageView> views;
  while (bytes.size() > 3 && views.size() < most) {
    const std::size_t length = std::size_t{bytes[0]} << 8 | bytes[1];
    const Byte who = bytes[2] & 3;
    bytes = bytes.subspan(3);
    const ByteView own = bytes.first(std::min(length, bytes.size()));
    bytes = bytes.subspan(own.size());
    MessageView& view = views.emplace_back();
    view.body = read_body(own, fallback_id, now);
    view.id = *MessageId::from(as_bytes(view.body.id()));
    view.sender = fuzz::filled<VerifyKey>(who);
    view.sender_name = std::to_string(who);
    view.mine = who == 0;
    view.sent = now;
    view.received = now;
    if ((who & 2) != 0) view.voice = MessageView::Voice::channel;
  }
  return views;
}

void check_board(std::span<const MessageView> said) {
  const Board board = make_board(said);
  for (const SightingView& sighting : board.sightings) {
    const SightingView& original = board.original(sighting);
    PORCHLIGHT_ASSERT(!original.folded_into);
    PORCHLIGHT_ASSERT(board.find_id(sighting.id) == &sighting);
    PORCHLIGHT_ASSERT(sighting.claim.has_value() == sighting.claimed_by.has_value());
    is_overdue(sighting, now);
  }
  next_waiting(board, now);
}

void check_shifts(std::span<const MessageView> said) {
  for (const ShiftView& shift : make_shifts(said).shifts) {
    PORCHLIGHT_ASSERT(shift.places.size() <= shift.shift().max_people());
    std::set<VerifyKey> people;
    for (const auto* part : {&shift.places, &shift.backups}) {
      for (const ShiftPerson& person : *part) PORCHLIGHT_ASSERT(people.insert(person.who).second);
    }
    PORCHLIGHT_ASSERT(missing(shift, now).size() <= shift.places.size());
    next_missing(shift, now);
  }
}

void check_library(std::span<const MessageView> said) {
  const std::array<std::string, 2> languages{"es-MX", "en"};
  for (const LibraryItemView& item : make_library(said).items) {
    PORCHLIGHT_ASSERT(item.version > 0);
    if (!item.is_withdrawn()) PORCHLIGHT_ASSERT(choose_text(item, languages).text != nullptr);
  }
}

void check_views(std::span<const MessageView> said) {
  check_board(said);
  check_shifts(said);
  check_library(said);
  for (const RollCallView& call : make_roll_calls(said)) {
    const RollCallCount count = count_answers(call, {});
    PORCHLIGHT_ASSERT(count.answers.size() + count.left_unknown == call.asked.size());
  }
  std::set<NoticeId> notices;
  for (const NoticeView& notice : make_notices(said)) {
    PORCHLIGHT_ASSERT(notices.insert(notice.id).second);
    PORCHLIGHT_ASSERT(notice_of(notice.message.body) == notice.id);
    for (const MessageView& earlier : notice.earlier) {
      PORCHLIGHT_ASSERT(notice_of(earlier.body) == notice.id);
    }
  }
  current_rules(said);
  make_alerts(said, said);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const Body body = read_body(bytes, fallback_id, now);
  check(body);
  check_photo(bytes);
  if (body.kind_case() != Body::KIND_NOT_SET) {
    PORCHLIGHT_ASSERT(serialise(read_body(serialise(body), {}, {})) == serialise(body));
  }

  check_views(conversation(bytes));

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
