// client/photo: what leaves a device is the picture and nothing else.
#include "client/photo/photo.hpp"

#include <gmock/gmock.h>

#include <random>
#include <set>

#include "proto/base/limits.hpp"
#include "tests/unit/camera_picture.hpp"

namespace porchlight::client {
namespace {

using namespace porchlight::testing;
using ::testing::HasSubstr;

int width(const Pixels& pixels) { return gdk_pixbuf_get_width(pixels.get()); }
int height(const Pixels& pixels) { return gdk_pixbuf_get_height(pixels.get()); }

Bytes made(ByteView picture) {
  const auto photo = make_photo(picture);
  EXPECT_TRUE(photo.ok()) << (photo.ok() ? "" : photo.error().what);
  return photo.ok() ? *photo : Bytes{};
}

std::string refusal(ByteView picture) {
  const auto photo = make_photo(picture);
  EXPECT_FALSE(photo.ok());
  if (photo.ok()) return "";
  EXPECT_EQ(photo.error().code, Errc::usage);
  return photo.error().what;
}

/// The markers of a JPEG up to its pixels.
std::set<int> markers(ByteView jpeg) {
  std::set<int> found;
  for (std::size_t at = 2; at + 4 <= jpeg.size() && jpeg[at] == 0xff;) {
    found.insert(jpeg[at + 1]);
    if (jpeg[at + 1] == 0xda) break;
    at += 2 + (std::size_t{jpeg[at + 2]} << 8 | jpeg[at + 3]);
  }
  return found;
}

TEST(Photo, HoldsNothingButThePicture) {
  const Bytes before = camera_picture();
  for (const std::string& canary : canaries) {
    ASSERT_NE(as_text(before).find(canary), std::string_view::npos) << canary;
  }
  const Bytes photo = made(before);
  expect_no_canary(photo);
  // JFIF's own header, tables, the frame and its pixels: no other segment at all.
  for (const int marker : markers(photo)) {
    EXPECT_TRUE(marker == 0xe0 || marker == 0xdb || marker == 0xc0 || marker == 0xc4 ||
                marker == 0xda)
        << std::hex << marker;
  }
}

TEST(Photo, OfAPngHoldsNoneOfItsTexts) {
  const Pixels pixels = paint(50, 40, [](int, int) { return std::array<Byte, 4>{9, 9, 9, 255}; });
  gchar* buffer = nullptr;
  gsize size = 0;
  ASSERT_TRUE(gdk_pixbuf_save_to_buffer(pixels.get(), &buffer, &size, "png", nullptr,
                                        "tEXt::Comment", "COMMENTCANARY", nullptr));
  const Bytes png = to_bytes({reinterpret_cast<const Byte*>(buffer), size});
  g_free(buffer);
  ASSERT_NE(as_text(png).find("COMMENTCANARY"), std::string_view::npos);
  expect_no_canary(made(png));
}

TEST(Photo, StandsAsItIsMeantToBeLookedAt) {
  const Pixels shown = load(made(camera_picture()));
  ASSERT_TRUE(shown);
  EXPECT_EQ(width(shown), 200);
  EXPECT_EQ(height(shown), 400);
}

TEST(Photo, IsMadeSmallEnoughHoweverMuchIsInIt) {
  std::mt19937 noise(1);
  const Pixels pixels = paint(3'000, 2'000, [&](int, int) {
    const auto any = noise();
    return std::array<Byte, 4>{static_cast<Byte>(any), static_cast<Byte>(any >> 8),
                               static_cast<Byte>(any >> 16), 255};
  });
  const Bytes photo = made(save(pixels, "png"));
  EXPECT_LE(photo.size(), limits::attachment_bytes_max);
  const Pixels shown = load(photo);
  ASSERT_TRUE(shown);
  EXPECT_LE(width(shown), limits::photo_side_pixels_max);
  EXPECT_NEAR(width(shown) * 2, height(shown) * 3, 3);
}

TEST(Photo, ThatIsSmallStaysAsLargeAsItIs) {
  const Pixels pixels = paint(1, 7, [](int, int) { return std::array<Byte, 4>{1, 2, 3, 255}; });
  const Pixels shown = load(made(save(pixels, "png")));
  ASSERT_TRUE(shown);
  EXPECT_EQ(width(shown), 1);
  EXPECT_EQ(height(shown), 7);
}

TEST(Photo, ShowsNothingOfWhatWasErasedToTransparency) {
  const Pixels pixels = paint(40, 40, [](int x, int) {
    return std::array<Byte, 4>{255, 0, 0, static_cast<Byte>(x < 20 ? 0 : 255)};
  });
  const Pixels shown = load(made(save(pixels, "png")));
  ASSERT_TRUE(shown);
  const guchar* all = gdk_pixbuf_get_pixels(shown.get());
  const int left = 5 * gdk_pixbuf_get_n_channels(shown.get());
  const int right = 35 * gdk_pixbuf_get_n_channels(shown.get());
  EXPECT_GT(all[left + 1], 240);  // white
  EXPECT_LT(all[right + 1], 40);  // red
}

TEST(Photo, OfTooManyPixelsIsRefused) {
  const Pixels pixels = paint(8, 8, [](int, int) { return std::array<Byte, 4>{1, 2, 3, 255}; });
  Bytes jpeg = save(pixels, "jpeg");
  const auto frame = as_text(jpeg).find("\xff\xc0");
  ASSERT_NE(frame, std::string_view::npos);
  const Bytes sides = {0xf0, 0, 0xf0, 0};  // 61,440 by 61,440
  std::copy(sides.begin(), sides.end(), jpeg.begin() + static_cast<std::ptrdiff_t>(frame) + 5);
  EXPECT_THAT(refusal(jpeg), HasSubstr("million pixels"));

  Bytes png = save(pixels, "png");
  const Bytes side = {0, 0, 0x40, 0};  // 16,384
  std::copy(side.begin(), side.end(), png.begin() + 16);
  std::copy(side.begin(), side.end(), png.begin() + 20);
  std::uint32_t sum = 0xffffffff;  // CRC-32 of the changed header
  for (std::size_t i = 12; i < 29; ++i) {
    sum ^= png[i];
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  for (int i = 0; i < 4; ++i)
    png[static_cast<std::size_t>(29 + i)] = static_cast<Byte>(~sum >> (24 - 8 * i));
  EXPECT_THAT(refusal(png), HasSubstr("million pixels"));
}

TEST(Photo, IsRefusedWhereItIsNone) {
  const std::string heic = std::string("\0\0\0\x18", 4) + "ftypheic" + std::string(100, '\0');
  EXPECT_THAT(refusal(as_bytes(heic)), HasSubstr("HEIC"));
  for (const std::string& other : {std::string(), std::string("text"), std::string("GIF89a....."),
                                   std::string("<svg xmlns='http://www.w3.org/2000/svg'/>")}) {
    EXPECT_THAT(refusal(as_bytes(other)), HasSubstr("JPEG or a PNG")) << other;
  }
  const Bytes whole = camera_picture();
  EXPECT_THAT(refusal(ByteView(whole).first(5)), HasSubstr("damaged"));
  EXPECT_THAT(refusal(ByteView(whole).first(700)), HasSubstr("damaged"));
}

}  // namespace
}  // namespace porchlight::client
