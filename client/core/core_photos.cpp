// Photos, for who holds the core (clause 15.8).
#include "client/core/attachments.hpp"
#include "client/core/bodies.hpp"
#include "client/core/state.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

/// Said, and still to be said.
std::size_t count_photos(const Holdings& holdings, const GroupId& group,
                         const MessageId& sighting) {
  const std::string about = sighting.str();
  const auto said = holdings.messages.list(group);
  const auto& waiting = holdings.uploads.all();
  return static_cast<std::size_t>(
      std::count_if(said.begin(), said.end(),
                    [&](const StoredMessage* message) {
                      return message->sender == holdings.me.id() &&
                             message->body.attachment().message() == about;
                    }) +
      std::count_if(waiting.begin(), waiting.end(), [&](const auto& entry) {
        return entry.second.group == group && entry.second.body.attachment().message() == about;
      }));
}

Error photo_is_gone() {
  return {Errc::not_found,
          tr("This photo is not here any more: its author took it back, or its time is over.")};
}

}  // namespace

Status Core::attach_photo(const GroupId& group, const MessageId& sighting, ByteView jpeg,
                          TimePoint now) {
  const StoredMessage* message = state_->messages.find(group, state_->me.id(), sighting);
  if (message == nullptr || !message->body.has_sighting()) {
    return Error{Errc::not_found, tr("A photo belongs to a sighting of your own that is still "
                                     "there. The photo was not kept.")};
  }
  if (!is_jpeg(jpeg) || jpeg.size() > limits::attachment_bytes_max) {
    return Error{Errc::usage, tr("A photo is a JPEG of at most a megabyte. It was not kept.")};
  }
  if (count_photos(*state_, group, sighting) >= limits::attachments_per_message_max) {
    return Error{Errc::full,
                 porchlight::say(tr("A sighting has at most {} photos. This one was not kept."),
                                 limits::attachments_per_message_max)};
  }
  if (state_->uploads.all().size() >= limits::uploads_max) {
    return Error{Errc::full,
                 porchlight::say(tr("{} photos wait here to be sent. This one was not kept: run "
                                    "porchlight sync, then post it again."),
                                 limits::uploads_max)};
  }
  SealedAttachment sealed = seal_attachment(sighting, jpeg, state_->random);
  Upload upload;
  upload.group = group;
  *upload.body.mutable_attachment() = std::move(sealed.body);
  // It is nothing without its sighting, and ends with it.
  upload.body.set_sent_minute(message->body.sent_minute());
  upload.body.set_lifetime_hours(message->body.lifetime_hours());
  upload.body.set_zone(message->body.zone());
  CHECK(complete_body(upload.body, state_->random, now));
  upload.drop = std::move(sealed.drop);
  upload.chunks = std::move(sealed.envelopes);
  state_->uploads.add(std::move(upload));
  return Ok{};
}

std::vector<UploadView> Core::uploads() const {
  std::vector<UploadView> views;
  for (const auto& [number, upload] : state_->uploads.all()) {
    const wire::Attachment& photo = upload.body.attachment();
    views.push_back({upload.group, *MessageId::from(photo.message()), photo.size(),
                     static_cast<std::uint32_t>(upload.chunks.size()),
                     static_cast<std::uint32_t>(upload.stored.size())});
  }
  return views;
}

/// Only now is it said: nobody is shown a photo that is not there.
void Core::chunk_stored(OutboxId chunk, TimePoint now) {
  const auto whole = state_->uploads.on_dropped(chunk);
  if (!whole) return;
  const Upload& upload = state_->uploads.all().at(*whole);
  wire::Body body = upload.body;
  Group* group = state_->find_group(upload.group);
  state_->uploads.erase(*whole);
  const auto id = MessageId::from(body.id());
  if (group == nullptr || state_->messages.find(group->id(), state_->me.id(), *id) != nullptr) {
    return;
  }
  state_->queue(*group, std::move(body), now);
}

Status Core::fetch_photo(const GroupId& group, const VerifyKey& sender, const MessageId& photo) {
  const StoredMessage* message = state_->messages.find(group, sender, photo);
  if (message == nullptr || !message->body.has_attachment()) {
    return photo_is_gone();
  }
  state_->fetch.emplace(group, sender, photo, message->body.attachment());
  return Ok{};
}

Result<Bytes> Core::take_photo() {
  if (!state_->fetch) {
    return photo_is_gone();
  }
  auto photo = state_->fetch->finish();
  const bool goes_on = !photo.ok() && photo.error().code == Errc::unreachable;
  if (!goes_on) state_->fetch.reset();
  return photo;
}

}  // namespace porchlight::client
