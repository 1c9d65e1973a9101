// What commands share that have to do with photos: making them anew, and what is shown of them
// (clause 15.8). Must not know: pixels, how they travel.
#pragma once

#include "client/cli/context.hpp"
#include "client/cli/show.hpp"

namespace porchlight::client {

/// Each file decoded and encoded anew, without metadata. Takes a while: to be called before the
/// vault is opened. 'usage' where one cannot be, or there are too many; nothing was done then.
Result<std::vector<Bytes>> read_photos(const std::vector<std::string>& files);

/// What has become of the photos of a sighting of one's own.
struct PhotoFate {
  std::size_t photos = 0;
  std::uint32_t chunks = 0;
  std::uint32_t stored = 0;  // of them
  bool done = false;         // all of them are stored and said
};
PhotoFate fate_of_photos(const Core& core, const GroupView& group, const MessageId& sighting,
                         TimePoint now);
/// "photo 3/5, continuing (location data removed)"; empty where there are none.
std::string photo_fate_text(const PhotoFate& fate);

/// "412 KB", rounded up.
std::string size_text(std::uint32_t bytes);
/// "photo, 412 KB" or "2 photos, 812 KB"; empty where there are none.
std::string photos_text(const SightingView& sighting);
/// The fields of each: `number`, from 1 on, `bytes`, `stored`.
Json photos_json(const SightingView& sighting);

}  // namespace porchlight::client
