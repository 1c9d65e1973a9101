// Length-prefixed frames (clause 3.1): u32 big-endian length, then that many bytes of protobuf.
// Must not know: sockets.
#pragma once

#include <optional>

#include "proto/base/bytes.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/result.hpp"

namespace google::protobuf {
class MessageLite;
}

namespace porchlight::wire {

inline constexpr std::size_t frame_header_bytes = 4;

/// Appends one frame to `out`. A message above limits::frame_bytes_max is our own bug.
void append_frame(const google::protobuf::MessageLite& message, std::string& out);
void append_frame(ByteView serialised, std::string& out);
/// The header alone, of a frame whose `size` bytes the caller appends itself.
void append_frame_header(std::size_t size, std::string& out);

/// Cuts frames out of a stream of bytes that arrives in pieces of any size.
class FrameReader {
 public:
  /// Where the next received bytes go: at least 1 byte, at most a frame. Valid until commit().
  /// Whole frames that were not taken stay; to let them pile up to two of the largest is our own
  /// bug.
  std::span<Byte> prepare();
  /// `size` bytes were written into what prepare() returned.
  void commit(std::size_t size);
  /// The next whole frame's bytes, none while it is incomplete, 'malformed' (and then for ever)
  /// when the peer announces more than the limit. The view lives until prepare() or
  /// release_if_empty().
  Result<std::optional<ByteView>> next();
  /// Gives the buffer back while nothing is half received: an idle connection is to cost little.
  void release_if_empty();
  bool empty() const { return begin_ == end_; }

 private:
  Bytes buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace porchlight::wire
