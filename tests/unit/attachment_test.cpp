// One photo into envelopes and out of them, whatever else lies in its mailbox.
#include "client/core/attachment.hpp"

#include <gtest/gtest.h>

#include "client/core/attachment_fetch.hpp"
#include "client/core/bodies.hpp"
#include "client/core/codec.hpp"
#include "proto/base/encoding.hpp"
#include "proto/wire/envelope.hpp"
#include "tests/unit/attachment_scene.hpp"
#include "tests/unit/vectors.hpp"

namespace porchlight::client {
namespace {

class Attachments : public ::testing::Test {
 protected:
  Attachments() { crypto_init(); }

  SealedAttachment seal(std::size_t bytes) {
    return seal_attachment(MessageId{}, picture(bytes), random_);
  }
  static AttachmentFetch fetch(const wire::Attachment& body) { return {{}, {}, {}, body}; }
  void take(AttachmentFetch& fetched, ByteView envelope) { fetched.take(++seq_, envelope); }
  /// What is read of it in a group.
  static bool is_read(const wire::Attachment& attachment) {
    wire::Body body;
    body.set_id(std::string(16, 'i'));
    body.set_lifetime_hours(24);
    *body.mutable_attachment() = attachment;
    return read_body(serialise(body), {}, {}).has_attachment();
  }
  static Errc trouble(const AttachmentFetch& fetched) {
    const auto photo = fetched.finish();
    return photo.ok() ? Errc::usage : photo.error().code;
  }

  std::uint64_t seq_ = 0;
  SeededRandom random_{7};
};

TEST_F(Attachments, DeriveTheirKeysAsTheVectorsSay) {
  const auto vectors = testing::read_vectors("kdf.json")["attachments"];
  const auto keys = derive_attachment(*AttachmentSeed::from(Bytes(32, 1)));
  EXPECT_EQ(hex_encode(keys.collect.reveal()), vectors["attachment collect"]);
  EXPECT_EQ(hex_encode(keys.seal.reveal()), vectors["attachment seal"]);
  const auto envelope = wire::seal_envelope(seal_key(keys.seal), Bytes(32, 2));
  const auto opened = open_chunk(keys.seal, *envelope);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(testing::hex(opened->hash), vectors["attachment chunk"]);
}

TEST_F(Attachments, ComeOutAsTheyWentInWhateverTheirSize) {
  constexpr std::size_t chunk = limits::payload_bytes_max;
  for (const std::size_t bytes :
       {std::size_t{4}, chunk - 1, chunk, chunk + 1, 3 * chunk, limits::attachment_bytes_max}) {
    const SealedAttachment sealed = seal(bytes);
    EXPECT_TRUE(check_attachment(sealed.body).ok()) << bytes;
    EXPECT_TRUE(is_read(sealed.body)) << bytes;
    AttachmentFetch fetched = fetch(sealed.body);
    EXPECT_EQ(fetched.address().drop_key, SigningKey(sealed.drop).verify_key());
    for (const Bytes& envelope : sealed.envelopes) {
      EXPECT_EQ(envelope.size(), limits::envelope_sizes_bytes.back());
      take(fetched, envelope);
    }
    EXPECT_TRUE(fetched.is_over());
    const auto photo = fetched.finish();
    ASSERT_TRUE(photo.ok()) << bytes;
    EXPECT_EQ(*photo, picture(bytes));
  }
}

TEST_F(Attachments, DoNotMindTheOrderNorWhatDoesNotBelongToThem) {
  const SealedAttachment sealed = seal(200'000);
  AttachmentFetch fetched = fetch(sealed.body);
  const auto keys = derive_attachment(*AttachmentSeed::from(as_bytes(sealed.body.seed())));
  take(fetched, Bytes(limits::envelope_sizes_bytes.back(), 0));
  take(fetched, *wire::seal_envelope(seal_key(keys.seal), picture(100), 65'536));
  for (auto it = sealed.envelopes.rbegin(); it != sealed.envelopes.rend(); ++it) {
    take(fetched, *it);
    take(fetched, sealed.envelopes.back());
  }
  const auto photo = fetched.finish();
  ASSERT_TRUE(photo.ok()) << photo.error().what;
  EXPECT_EQ(*photo, picture(200'000));
}

TEST_F(Attachments, ThatAreNotWholeAreNotHandedOut) {
  const SealedAttachment sealed = seal(200'000);
  AttachmentFetch fetched = fetch(sealed.body);
  for (std::size_t i = 1; i < sealed.envelopes.size(); ++i) take(fetched, sealed.envelopes[i]);
  EXPECT_EQ(trouble(fetched), Errc::unreachable);  // the rest may be on its way
  fetched.caught_up();
  EXPECT_EQ(trouble(fetched), Errc::not_found);
  // Another chunk in place of the first, though sealed to the same mailbox.
  const auto keys = derive_attachment(*AttachmentSeed::from(as_bytes(sealed.body.seed())));
  AttachmentFetch forged = fetch(sealed.body);
  take(forged, *wire::seal_envelope(seal_key(keys.seal), picture(65'487, 9), 65'536));
  for (std::size_t i = 1; i < sealed.envelopes.size(); ++i) take(forged, sealed.envelopes[i]);
  forged.caught_up();
  EXPECT_EQ(trouble(forged), Errc::not_found);
}

TEST_F(Attachments, LookAtNoMoreThanAFewTimesWhatBelongsThere) {
  const SealedAttachment sealed = seal(100'000);
  AttachmentFetch fetched = fetch(sealed.body);
  const Bytes junk(limits::envelope_sizes_bytes.back(), 1);
  for (int i = 0; i < 10'000; ++i) take(fetched, junk);
  EXPECT_TRUE(fetched.is_over());
  for (const Bytes& envelope : sealed.envelopes) take(fetched, envelope);
  EXPECT_EQ(trouble(fetched), Errc::malformed);
}

TEST_F(Attachments, AreNothingElseThanWhatWasAnnounced) {
  SealedAttachment sealed = seal(100'000);
  sealed.body.set_size(100'001);  // as many chunks
  AttachmentFetch longer = fetch(sealed.body);
  for (const Bytes& envelope : sealed.envelopes) take(longer, envelope);
  EXPECT_EQ(trouble(longer), Errc::malformed);

  const SealedAttachment program = seal_attachment(MessageId{}, Bytes(5'000, 'x'), random_);
  AttachmentFetch fetched = fetch(program.body);
  take(fetched, program.envelopes.at(0));
  EXPECT_EQ(trouble(fetched), Errc::malformed);
}

TEST_F(Attachments, WithFieldsThatCannotBeAreNotRead) {
  const wire::Attachment good = seal(200'000).body;
  ASSERT_TRUE(is_read(good));
  const auto expect_unread = [&](auto change) {
    wire::Attachment bad = good;
    change(bad);
    EXPECT_FALSE(is_read(bad));
  };
  expect_unread([](auto& bad) { bad.set_message("short"); });
  expect_unread([](auto& bad) { bad.set_type(wire::MEDIA_NONE); });
  expect_unread([](auto& bad) { bad.set_type(static_cast<wire::MediaType>(2)); });
  expect_unread([](auto& bad) { bad.set_size(0); });
  expect_unread([](auto& bad) { bad.set_size(65'487); });
  expect_unread([](auto& bad) { bad.set_size(limits::attachment_bytes_max + 1); });
  expect_unread([](auto& bad) { bad.clear_seed(); });
  expect_unread([](auto& bad) { bad.clear_drop_key(); });
  expect_unread([](auto& bad) { bad.add_chunks(std::string(32, 'c')); });
  expect_unread([](auto& bad) { bad.mutable_chunks()->RemoveLast(); });
  expect_unread([](auto& bad) { bad.set_chunks(1, "short"); });
}

}  // namespace
}  // namespace porchlight::client
