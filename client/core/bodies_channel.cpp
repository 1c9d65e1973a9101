#include "client/core/bodies_channel.hpp"

#include <algorithm>
#include <set>

#include "client/core/bodies.hpp"
#include "client/core/bodies_work.hpp"
#include "client/core/grants.hpp"
#include "client/core/text.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using wire::Body;

constexpr std::size_t key_bytes = 32;  // ids of channels, keys, seeds and hashes are as long
constexpr std::size_t left_out_bytes = 16;

Error usage(std::string what) { return {Errc::usage, std::move(what)}; }

/// Whether each of `fields` is as long as a key.
bool are_keys(std::initializer_list<const std::string*> fields) {
  return std::all_of(fields.begin(), fields.end(),
                     [](const std::string* field) { return field->size() == key_bytes; });
}

template <class Fields>
bool all_have(const Fields& fields, std::size_t bytes) {
  return std::all_of(fields.begin(), fields.end(),
                     [&](const std::string& field) { return field.size() == bytes; });
}

// ---- alerts ----------------------------------------------------------------------------------

template <class Wordings>
Status check_wordings(const Wordings& wordings) {
  if (wordings.size() > static_cast<int>(limits::wordings_max)) {
    return usage(say(tr("there are at most {} languages"), limits::wordings_max));
  }
  std::set<std::string_view> languages;
  std::size_t left = limits::alert_text_bytes_max;
  for (const wire::Wording& wording : wordings) {
    if (!is_language(wording.language())) {
      return usage(tr("a language is a short code of letters, like es or es-MX"));
    }
    if (!languages.insert(wording.language()).second) {
      return usage(tr("there is one text for each language"));
    }
    if (wording.text().empty()) return usage(tr("the text is empty"));
    CHECK(check_field(
        wording.text(),
        wordings.size() > 1 ? tr("the text, in all languages together,") : tr("the text"), left));
    left -= wording.text().size();
  }
  return Ok{};
}

bool is_answer(std::string_view text) {
  return text.size() <= limits::answer_bytes_max && is_clean_name(text);
}

Status check_answers(const wire::Alert& alert) {
  if (alert.answers_size() > static_cast<int>(limits::answers_max)) {
    return usage(say(tr("at most {} answers can be asked for"), limits::answers_max));
  }
  std::set<std::string_view> answers;
  for (const std::string& answer : alert.answers()) {
    CHECK(check_field(answer, say(tr("the answer \"{}\""), answer), limits::answer_bytes_max));
    if (!is_answer(answer)) return usage(tr("an answer is a few words, on one line"));
    if (!answers.insert(answer).second) return usage(tr("two of the answers are the same"));
  }
  return Ok{};
}

Status check_alert(const wire::Alert& alert) {
  if (!alert.sighting().empty() && alert.sighting().size() != MessageId::size_bytes) {
    return usage(tr("an alert rests on one sighting, or on none"));
  }
  if (alert.wordings().empty()) return usage(tr("the text is empty"));
  CHECK(check_wordings(alert.wordings()));
  if (!wire::Urgency_IsValid(alert.urgency()) || alert.urgency() == wire::URGENCY_NONE) {
    return usage(tr("an alert needs to say how urgent it is"));
  }
  CHECK(check_answers(alert));
  if (alert.deadline_minute() > minute_max) return usage(tr("the time is not a possible one"));
  if (alert.answer_delay_seconds() > limits::answer_delay_seconds_max) {
    return usage(tr("answers are spread over a minute at most"));
  }
  return Ok{};
}

Status check_ack(const wire::Ack& ack) {
  if (ack.alert().size() != MessageId::size_bytes) {
    return usage(tr("an answer names the alert it is to"));
  }
  if (!is_answer(ack.answer()))
    return usage(tr("an answer is one of those that the alert asks for"));
  return check_field(ack.note(), tr("the note"), limits::field_bytes_max);
}

Status check_all_clear(const wire::AllClear& clear) {
  if (clear.alert().size() != MessageId::size_bytes) {
    return usage(tr("an all-clear names the alert it is about"));
  }
  if (!wire::ClearKind_IsValid(clear.kind()) || clear.kind() == wire::CLEAR_NONE) {
    return usage(tr("an all-clear needs to say what it is"));
  }
  if (clear.kind() == wire::CLEAR_CORRECTED && clear.wordings().empty()) {
    return usage(tr("a correction needs to say what is right"));
  }
  return check_wordings(clear.wordings());
}

Status check_recall(const wire::Recall& recall) {
  if (recall.alert().size() != MessageId::size_bytes) {
    return usage(tr("a second call names the alert it is about"));
  }
  return Ok{};
}

Status check_forced(const wire::ForcedAlert& forced) {
  if (!are_keys({&forced.channel_id()}) || forced.alert().size() != MessageId::size_bytes ||
      forced.sighting().size() != MessageId::size_bytes) {
    return usage(tr("who forces an alert names its channel, its sighting and itself"));
  }
  if (forced.reason().empty()) return usage(tr("the reason is empty"));
  return check_field(forced.reason(), tr("the reason"), limits::field_bytes_max);
}

// ---- between devices ---------------------------------------------------------------------------

bool is_good(const wire::ChannelKeys& keys) {
  return are_keys({&keys.channel_id(), &keys.epoch_id(), &keys.root(), &keys.ctl_drop(),
                   &keys.salt(), &keys.carry(), &keys.ctl_collect(), &keys.ctl_seal(), &keys.post(),
                   &keys.attribution(), &keys.made_under_key(), &keys.day_collect(),
                   &keys.day_seal(), &keys.day_drop(), &keys.reply_collect(), &keys.reply_seal(),
                   &keys.next_day_secret(), &keys.next_post_day()}) &&
         is_clean_name(keys.name()) &&
         static_cast<std::size_t>(keys.left_out_size()) <= limits::left_out_max &&
         all_have(keys.left_out(), left_out_bytes);
}

bool is_good(const wire::ChannelRoot& root) {
  return are_keys({&root.channel_id(), &root.root()}) && root.boxes_size() > 0 &&
         static_cast<std::size_t>(root.boxes_size()) <= limits::root_boxes_max &&
         all_have(root.boxes(), grant_bytes);
}

bool is_good(const wire::AudienceAdd& add) {
  return are_keys({&add.channel_id()}) && !add.request().empty() &&
         add.request().size() <= limits::join_request_bytes_max &&
         add.invite_id().size() == InviteId::size_bytes;
}

bool is_good(const wire::AudienceInvite& invite) {
  return are_keys(
             {&invite.channel_id(), &invite.seal_key(), &invite.tag_key(), &invite.join_key()}) &&
         invite.invite_id().size() == InviteId::size_bytes && is_clean_name(invite.to()) &&
         invite.expires_minute() <= minute_max && invite.uses() > 0 &&
         invite.uses() <= limits::event_uses_max;
}

bool is_good(const wire::AudienceRemove& remove) {
  return are_keys({&remove.channel_id(), &remove.entry()});
}

bool is_good(const wire::AudienceList& list) {
  return are_keys({&list.channel_id(), &list.seed()}) &&
         static_cast<std::size_t>(list.pages_size()) <= limits::audience_pages_max &&
         all_have(list.pages(), Digest::size_bytes);
}

template <class Kind>
Status check_kind(const Kind& kind) {
  if (!is_good(kind)) return usage(tr("what devices say about a channel is outside its limits"));
  return Ok{};
}

}  // namespace

bool is_about_alerts(const Body& body) {
  return body.has_alert() || body.has_ack() || body.has_all_clear() || body.has_recall() ||
         body.has_forced_alert();
}

bool is_between_devices_of_a_channel(const Body& body) {
  return body.has_channel_keys() || body.has_channel_root() || body.has_audience_add() ||
         body.has_audience_invite() || body.has_audience_remove() || body.has_audience_list();
}

Status check_channel_body(const Body& body) {
  switch (body.kind_case()) {
    case Body::kAlert:
      return check_alert(body.alert());
    case Body::kAck:
      return check_ack(body.ack());
    case Body::kAllClear:
      return check_all_clear(body.all_clear());
    case Body::kRecall:
      return check_recall(body.recall());
    case Body::kForcedAlert:
      return check_forced(body.forced_alert());
    case Body::kChannelKeys:
      return check_kind(body.channel_keys());
    case Body::kChannelRoot:
      return check_kind(body.channel_root());
    case Body::kAudienceAdd:
      return check_kind(body.audience_add());
    case Body::kAudienceInvite:
      return check_kind(body.audience_invite());
    case Body::kAudienceRemove:
      return check_kind(body.audience_remove());
    case Body::kAudienceList:
      return check_kind(body.audience_list());
    default:
      return check_work_body(body);
  }
}

}  // namespace porchlight::client
