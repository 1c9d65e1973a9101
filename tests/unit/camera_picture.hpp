// Pictures as cameras and phones make them: with a place, a time and a small copy of themselves
// hidden beside the picture.
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gtest/gtest.h>

#include <memory>

#include "proto/base/bytes.hpp"

namespace porchlight::testing {

struct PixelsGone {
  void operator()(GdkPixbuf* pixels) const { g_object_unref(pixels); }
};
using Pixels = std::unique_ptr<GdkPixbuf, PixelsGone>;

/// Every pixel as `colour` (RGBA) says of its place.
template <class Colour>
Pixels paint(int width, int height, Colour colour) {
  Pixels pixels(gdk_pixbuf_new(GDK_COLORSPACE_RGB, TRUE, 8, width, height));
  const auto stride = static_cast<std::size_t>(gdk_pixbuf_get_rowstride(pixels.get()));
  guchar* all = gdk_pixbuf_get_pixels(pixels.get());
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const std::array<Byte, 4> rgba = colour(x, y);
      std::copy(rgba.begin(), rgba.end(),
                all + static_cast<std::size_t>(y) * stride + static_cast<std::size_t>(x) * 4);
    }
  }
  return pixels;
}

inline Bytes save(const Pixels& pixels, const char* type) {
  gchar* buffer = nullptr;
  gsize size = 0;
  EXPECT_TRUE(gdk_pixbuf_save_to_buffer(pixels.get(), &buffer, &size, type, nullptr, nullptr));
  const Bytes bytes = to_bytes({reinterpret_cast<const Byte*>(buffer), size});
  g_free(buffer);
  return bytes;
}

inline Pixels load(ByteView picture) {
  GdkPixbufLoader* loader = gdk_pixbuf_loader_new();
  gdk_pixbuf_loader_write(loader, picture.data(), picture.size(), nullptr);
  gdk_pixbuf_loader_close(loader, nullptr);
  GdkPixbuf* pixels = gdk_pixbuf_loader_get_pixbuf(loader);
  if (pixels != nullptr) g_object_ref(pixels);
  g_object_unref(loader);
  return Pixels(pixels);
}

/// What no picture may hold when it leaves: each is in that of a camera.
inline const std::vector<std::string> canaries = {
    "Exif",      "GPSCANARY",     "THUMBCANARY", "http://ns.adobe.com/xap",
    "XMPCANARY", "COMMENTCANARY", "ICC_PROFILE", "ICCCANARY",
    "Photoshop", "IPTCCANARY",    "TAILCANARY"};

inline std::string segment(char marker, const std::string& content) {
  const std::size_t size = content.size() + 2;
  return std::string{'\xff', marker, static_cast<char>(size >> 8), static_cast<char>(size & 0xff)} +
         content;
}

/// Little-endian EXIF: orientation 6 (turn to the right), a GPS directory and a thumbnail.
inline std::string exif() {
  const auto number = [](std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i & 0xff);
    return text;
  };
  const auto field = [&](std::uint32_t tag, std::uint32_t type, std::uint32_t count,
                         std::uint32_t value) {
    return number(tag, 2) + number(type, 2) + number(count, 4) + number(value, 4);
  };
  std::string tiff = std::string("II*\0", 4) + number(8, 4);
  tiff += number(2, 2) + field(0x0112, 3, 1, 6) + field(0x8825, 4, 1, 38) + number(56, 4);
  tiff += number(1, 2) + field(0x001b, 7, 9, 80) + number(0, 4);  // 38: GPSProcessingMethod
  tiff += number(1, 2) + field(0x0201, 4, 1, 90) + number(0, 4);  // 56: the thumbnail's directory
  tiff += std::string(80 - tiff.size(), '\0') + "GPSCANARY" + '\0' + "THUMBCANARY";
  return std::string("Exif\0\0", 6) + tiff;
}

/// 400 x 200 as it lies in the file, 200 x 400 as it is looked at.
inline Bytes camera_picture() {
  const Pixels pixels = paint(400, 200, [](int x, int y) {
    return std::array<Byte, 4>{static_cast<Byte>(x / 2), static_cast<Byte>(y), 120, 255};
  });
  const Bytes plain = save(pixels, "jpeg");
  std::string picture(as_text(plain));
  picture.insert(2, segment('\xe1', exif()) +
                        segment('\xe1', std::string("http://ns.adobe.com/xap/1.0/\0", 29) +
                                            "<x>XMPCANARY</x>") +
                        segment('\xe2', std::string("ICC_PROFILE\0\1\1", 14) + "ICCCANARY") +
                        segment('\xed', std::string("Photoshop 3.0\0", 14) + "IPTCCANARY") +
                        segment('\xfe', "COMMENTCANARY"));
  return to_bytes(as_bytes(picture + "TAILCANARY"));
}

inline void expect_no_canary(ByteView picture) {
  for (const std::string& canary : canaries) {
    EXPECT_EQ(as_text(picture).find(canary), std::string_view::npos) << canary;
  }
}

}  // namespace porchlight::testing
