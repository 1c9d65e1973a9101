// A stream of frames: cut the same way however the bytes arrive, and each frame taken for a
// Request and for an Answer. The first byte says how many bytes arrive at once.
#include "proto/wire/frame.hpp"
#include "proto/wire/relay.pb.h"

using namespace porchlight;
using namespace porchlight::wire;

namespace {

struct Stream {
  std::vector<std::string> frames;
  bool refused = false;
};

Stream cut(ByteView bytes, std::size_t at_once) {
  FrameReader reader;
  Stream stream;
  while (!bytes.empty() && !stream.refused) {
    const std::span<Byte> room = reader.prepare();
    PORCHLIGHT_ASSERT(!room.empty());
    const std::size_t size = std::min({room.size(), bytes.size(), at_once});
    std::copy_n(bytes.begin(), size, room.begin());
    reader.commit(size);
    bytes = bytes.subspan(size);
    auto frame = reader.next();
    for (; frame.ok() && *frame; frame = reader.next()) stream.frames.push_back(to_string(**frame));
    stream.refused = !frame.ok();
    reader.release_if_empty();
  }
  return stream;
}

template <class Message>
void parse(const std::string& frame) {
  Message message;
  if (!message.ParseFromString(frame)) return;
  // What we understood of it can be said again, and means the same.
  std::string again;
  PORCHLIGHT_ASSERT(message.SerializeToString(&again));
  Message second;
  PORCHLIGHT_ASSERT(second.ParseFromString(again) && second.SerializeAsString() == again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  const Stream stream = cut(bytes, std::size_t{data[0]} + 1);
  const Stream whole = cut(bytes, size);
  PORCHLIGHT_ASSERT(stream.frames == whole.frames && stream.refused == whole.refused);
  for (const std::string& frame : stream.frames) {
    parse<Request>(frame);
    parse<Answer>(frame);
  }
  return 0;
}
