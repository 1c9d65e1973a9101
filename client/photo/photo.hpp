// Photos as they may leave a device: decoded and encoded anew, so that nothing but the picture is
// in them. Orientation is applied; what cannot be seen is not there any more (clause 15.8).
// Must not know: files, sightings, keys.
#pragma once

#include "proto/base/bytes.hpp"
#include "proto/base/result.hpp"

namespace porchlight::client {

/// A JPEG of `picture`, a JPEG or a PNG: no metadata of any kind, at most
/// limits::photo_side_pixels_max pixels on its longer side and limits::attachment_bytes_max bytes.
/// What was transparent is white. 'usage' for what is neither, is damaged, or has more than
/// limits::photo_pixels_max pixels, which is found out before they are decoded.
Result<Bytes> make_photo(ByteView picture);

}  // namespace porchlight::client
