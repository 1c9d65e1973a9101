#include "client/cli/photos.hpp"

#include "client/cli/terminal.hpp"
#include "client/photo/photo.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

std::uint32_t chunks_of(std::uint32_t bytes) {
  constexpr auto chunk = static_cast<std::uint32_t>(limits::payload_bytes_max);
  return (bytes + chunk - 1) / chunk;
}

}  // namespace

Result<std::vector<Bytes>> read_photos(const std::vector<std::string>& files) {
  if (files.size() > limits::attachments_per_message_max) {
    return Error{Errc::usage, say(tr("A sighting has at most {} photos. Nothing was posted."),
                                  limits::attachments_per_message_max)};
  }
  std::vector<Bytes> photos;
  for (const std::string& file : files) {
    TRY(const std::string picture, read_input(file, limits::photo_file_bytes_max));
    TRY(Bytes photo, make_photo(as_bytes(picture)));
    photos.push_back(std::move(photo));
  }
  return photos;
}

PhotoFate fate_of_photos(const Core& core, const GroupView& group, const MessageId& sighting,
                         TimePoint now) {
  PhotoFate fate;
  fate.done = true;
  const Board board = core.board(group.id, now);
  if (const SightingView* view = board.find_id(sighting)) {
    for (const SightingPhoto& photo : view->photos) {
      ++fate.photos;
      fate.chunks += chunks_of(photo.bytes);
      fate.stored += chunks_of(photo.bytes);
      fate.done &= photo.standing == MessageView::Standing::stored;
    }
  }
  for (const UploadView& upload : core.uploads()) {
    if (upload.group != group.id || upload.sighting != sighting) continue;
    ++fate.photos;
    fate.chunks += upload.chunks;
    fate.stored += upload.stored;
    fate.done = false;
  }
  return fate;
}

std::string photo_fate_text(const PhotoFate& fate) {
  if (fate.photos == 0) return "";
  if (fate.done) {
    return say(tr("photo sent (location data removed)", "{0} photos sent (location data removed)",
                  fate.photos),
               fate.photos);
  }
  return say(tr("photo {1}/{2}, continuing (location data removed)",
                "{0} photos {1}/{2}, continuing (location data removed)", fate.photos),
             fate.photos, fate.stored, fate.chunks);
}

std::string size_text(std::uint32_t bytes) { return say(tr("{} KB"), (bytes + 1023) / 1024); }

std::string photos_text(const SightingView& sighting) {
  if (sighting.photos.empty()) return "";
  std::uint32_t bytes = 0;
  for (const SightingPhoto& photo : sighting.photos) bytes += photo.bytes;
  return say(tr("photo, {1}", "{0} photos, {1}", sighting.photos.size()), sighting.photos.size(),
             size_text(bytes));
}

Json photos_json(const SightingView& sighting) {
  Json all = Json::array();
  for (const SightingPhoto& photo : sighting.photos) {
    all.push_back({{"number", all.size() + 1},
                   {"bytes", photo.bytes},
                   {"stored", photo.standing == MessageView::Standing::stored}});
  }
  return all;
}

}  // namespace porchlight::client
