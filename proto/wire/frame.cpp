#include "proto/wire/frame.hpp"

#include <google/protobuf/message_lite.h>

namespace porchlight::wire {
namespace {

constexpr std::size_t first_read_bytes = 4 * 1024;
constexpr std::size_t buffered_bytes_max = 2 * (limits::frame_bytes_max + frame_header_bytes);

std::size_t read_header(const Byte* bytes) {
  return std::size_t{bytes[0]} << 24 | std::size_t{bytes[1]} << 16 | std::size_t{bytes[2]} << 8 |
         std::size_t{bytes[3]};
}

}  // namespace

void append_frame_header(std::size_t size, std::string& out) {
  PORCHLIGHT_ASSERT(size <= limits::frame_bytes_max);
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<Byte>(size >> shift)));
  }
}

void append_frame(const google::protobuf::MessageLite& message, std::string& out) {
  append_frame_header(message.ByteSizeLong(), out);
  message.AppendToString(&out);
}

void append_frame(ByteView serialised, std::string& out) {
  append_frame_header(serialised.size(), out);
  out.append(as_text(serialised));
}

std::span<Byte> FrameReader::prepare() {
  if (begin_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  // Grows with what has come, to what the frame announces: four bytes are not to cost 72 KiB.
  std::size_t wanted = first_read_bytes;
  if (end_ >= frame_header_bytes) {
    const std::size_t announced =
        std::min(read_header(buffer_.data()), limits::frame_bytes_max) + frame_header_bytes;
    wanted = std::max(wanted, std::min(announced, 2 * end_));
  }
  if (end_ >= wanted) wanted = end_ + first_read_bytes;  // whole frames not taken yet
  PORCHLIGHT_ASSERT(wanted <= buffered_bytes_max);
  if (buffer_.size() < wanted) buffer_.resize(wanted);
  return std::span(buffer_).subspan(end_);
}

void FrameReader::commit(std::size_t size) {
  PORCHLIGHT_ASSERT(size <= buffer_.size() - end_);
  end_ += size;
}

Result<std::optional<ByteView>> FrameReader::next() {
  if (end_ - begin_ < frame_header_bytes) return std::optional<ByteView>{};
  const std::size_t size = read_header(buffer_.data() + begin_);
  if (size > limits::frame_bytes_max) {
    return Error{Errc::malformed, "the other side announced a frame above the limit"};
  }
  if (end_ - begin_ - frame_header_bytes < size) return std::optional<ByteView>{};
  const ByteView frame = ByteView(buffer_).subspan(begin_ + frame_header_bytes, size);
  begin_ += frame_header_bytes + size;
  return std::optional<ByteView>{frame};
}

void FrameReader::release_if_empty() {
  if (empty()) {
    buffer_ = Bytes{};
    begin_ = end_ = 0;
  }
}

}  // namespace porchlight::wire
