#include "proto/wire/frame.hpp"

#include <gtest/gtest.h>

#include "proto/wire/relay.pb.h"

namespace porchlight::wire {
namespace {

std::string frame_of(std::string_view payload) {
  std::string out;
  append_frame(as_bytes(payload), out);
  return out;
}

// Hands over the bytes as a socket would, as many at once as the reader has room for.
void feed(FrameReader& reader, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::span<Byte> room = reader.prepare();
    ASSERT_FALSE(room.empty());
    const std::size_t size = std::min(room.size(), bytes.size());
    std::copy_n(bytes.begin(), size, room.begin());
    reader.commit(size);
    bytes.remove_prefix(size);
  }
}

std::optional<std::string> next(FrameReader& reader) {
  const auto frame = reader.next();
  if (!frame.value()) return std::nullopt;
  return to_string(*frame.value());
}

TEST(Frame, StartsWithItsLengthBigEndian) {
  using namespace std::string_view_literals;
  EXPECT_EQ(frame_of("abc"), "\0\0\0\3abc"sv);
  EXPECT_EQ(frame_of(""), "\0\0\0\0"sv);
  EXPECT_EQ(frame_of(std::string(0x010203, 'x')).substr(0, 4), "\0\1\2\3"sv);
}

TEST(Frame, HoldsASerialisedMessage) {
  Request request;
  request.set_id(7);
  request.mutable_ping();
  std::string stream;
  append_frame(request, stream);
  FrameReader reader;
  feed(reader, stream);
  Request read;
  ASSERT_TRUE(read.ParseFromString(next(reader).value()));
  EXPECT_EQ(read.id(), 7u);
  EXPECT_EQ(read.op_case(), Request::kPing);
}

TEST(Frame, AppendsBehindOthers) {
  std::string out = frame_of("a");
  append_frame(as_bytes("b"), out);
  EXPECT_EQ(out, frame_of("a") + frame_of("b"));
}

TEST(Frame, AssertsThatWeSendNoneAboveTheLimit) {
  const std::string largest(limits::frame_bytes_max, 'x');
  EXPECT_EQ(frame_of(largest).size(), largest.size() + frame_header_bytes);
  EXPECT_DEATH((void)frame_of(largest + "x"), "internal error");
}

TEST(FrameReader, HasNothingAtFirst) {
  FrameReader reader;
  EXPECT_TRUE(reader.empty());
  EXPECT_EQ(next(reader), std::nullopt);
}

TEST(FrameReader, CutsFramesThatArriveByteByByte) {
  const std::string stream = frame_of("first") + frame_of("") + frame_of("third");
  FrameReader reader;
  std::vector<std::string> frames;
  for (const char byte : stream) {
    feed(reader, {&byte, 1});
    while (auto frame = next(reader)) frames.push_back(*frame);
  }
  EXPECT_EQ(frames, (std::vector<std::string>{"first", "", "third"}));
  EXPECT_TRUE(reader.empty());
}

TEST(FrameReader, CutsManyFramesOutOfOneRead) {
  std::string stream;
  for (int i = 0; i < 300; ++i) stream += frame_of(std::to_string(i));
  ASSERT_LE(stream.size(), FrameReader{}.prepare().size());
  FrameReader reader;
  feed(reader, stream + "\x01");
  for (int i = 0; i < 300; ++i) EXPECT_EQ(next(reader), std::to_string(i));
  EXPECT_EQ(next(reader), std::nullopt);
  EXPECT_FALSE(reader.empty());
}

TEST(FrameReader, KeepsFramesThatWereNotTakenWhileItReadsOn) {
  std::string stream;
  for (int i = 0; i < 3'000; ++i) stream += frame_of(std::to_string(i));
  FrameReader reader;
  feed(reader, stream);
  for (int i = 0; i < 3'000; ++i) ASSERT_EQ(next(reader), std::to_string(i));
  EXPECT_TRUE(reader.empty());
}

TEST(FrameReader, ReadsOnWithAFrameNotTakenBehindALargerOne) {
  FrameReader reader;
  feed(reader, frame_of(std::string(50'000, 'a')) + frame_of("b"));
  EXPECT_EQ(next(reader)->size(), 50'000u);
  feed(reader, frame_of("c"));
  EXPECT_EQ(next(reader), "b");
  EXPECT_EQ(next(reader), "c");
}

TEST(FrameReader, AssertsThatFramesNotTakenDoNotPileUp) {
  FrameReader reader;
  feed(reader, frame_of(std::string(limits::frame_bytes_max, 'a')));
  EXPECT_DEATH(feed(reader, frame_of(std::string(limits::frame_bytes_max, 'b')) + "more"),
               "internal error");
}

TEST(FrameReader, TakesTheLargestFrameAndReadsNoMoreAtOnce) {
  const std::string largest(limits::frame_bytes_max, 'x');
  FrameReader reader;
  feed(reader, frame_of(largest));
  EXPECT_EQ(next(reader), largest);
  EXPECT_LE(reader.prepare().size(), limits::frame_bytes_max + frame_header_bytes);
}

TEST(FrameReader, GrowsWithWhatHasComeAndNotWithWhatIsAnnounced) {
  const std::string largest = frame_of(std::string(limits::frame_bytes_max, 'x'));
  FrameReader reader;
  for (std::size_t come = 4; come < largest.size() / 2; come *= 2) {
    feed(reader,
         std::string_view(largest).substr(come == 4 ? 0 : come / 2, come == 4 ? 4 : come / 2));
    EXPECT_LE(reader.prepare().size(), std::max<std::size_t>(4'096, 2 * come)) << come;
  }
}

TEST(FrameReader, RejectsALengthAboveTheLimitForEver) {
  Bytes header;
  for (const int shift : {24, 16, 8, 0}) {
    header.push_back(static_cast<Byte>((limits::frame_bytes_max + 1) >> shift));
  }
  FrameReader reader;
  feed(reader, frame_of("good") + to_string(header));
  EXPECT_EQ(next(reader), "good");
  EXPECT_EQ(reader.next().error().code, Errc::malformed);
  feed(reader, frame_of("more"));
  EXPECT_EQ(reader.next().error().code, Errc::malformed);
}

TEST(FrameReader, AllocatesNoMoreThanAFrameForAPeerThatAnnouncesTheLargestLength) {
  FrameReader reader;
  feed(reader, "\xff\xff\xff\xff");
  EXPECT_LE(reader.prepare().size(), limits::frame_bytes_max);
}

TEST(FrameReader, GivesItsBufferBackOnlyWhileNothingIsHalfReceived) {
  const std::string frame = frame_of("split");
  FrameReader reader;
  feed(reader, frame.substr(0, 6));
  reader.release_if_empty();
  feed(reader, frame.substr(6));
  EXPECT_EQ(next(reader), "split");
  reader.release_if_empty();
  EXPECT_EQ(next(reader), std::nullopt);
  feed(reader, frame);
  EXPECT_EQ(next(reader), "split");
}

TEST(FrameReader, AssertsThatNoMoreIsCommittedThanThereWasRoomFor) {
  FrameReader reader;
  const std::size_t room = reader.prepare().size();
  EXPECT_DEATH(reader.commit(room + 1), "internal error");
}

TEST(Request, OfAKindWeDoNotKnowKeepsItsId) {
  // id = 7; field 200 of a length; an unknown varint.
  using namespace std::string_view_literals;
  Request request;
  ASSERT_TRUE(request.ParseFromString(std::string("\x08\x07\xc2\x0c\x02zz\xf8\x07\x01"sv)));
  EXPECT_EQ(request.id(), 7u);
  EXPECT_EQ(request.op_case(), Request::OP_NOT_SET);
}

}  // namespace
}  // namespace porchlight::wire
