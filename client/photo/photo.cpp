#include "client/photo/photo.hpp"

#include <gdk-pixbuf/gdk-pixbuf.h>

#include <array>
#include <memory>

#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
using Loader = std::unique_ptr<GdkPixbufLoader, Unref>;
using Pixels = std::unique_ptr<GdkPixbuf, Unref>;

/// From what is good to look at to what is still to be recognised.
constexpr std::array qualities = {"80", "65", "50", "35"};
/// Each time to three quarters: what is left of 1,600 pixels then fits in any case.
constexpr int shrinks_max = 8;

bool begins(ByteView picture, std::string_view magic, std::size_t at = 0) {
  return as_text(picture).substr(std::min(at, picture.size())).starts_with(magic);
}

Error usage(const char* what) { return {Errc::usage, what}; }

/// The loader's name of what the picture is; others are never asked, whatever else is installed.
Result<const char*> type_of(ByteView picture) {
  if (begins(picture, "\xff\xd8\xff")) return "jpeg";
  if (begins(picture, "\x89PNG\r\n\x1a\n")) return "png";
  if (begins(picture, "ftyp", 4)) {
    return usage(
        tr("This looks like HEIC or AVIF, which cannot be read here. Nothing was posted: "
           "save the photo as JPEG, or set the camera to \"most compatible\"."));
  }
  return usage(
      tr("A photo is a JPEG or a PNG, and this is neither. Nothing was posted: save it "
         "as JPEG, then post it again."));
}

int longer_side(const GdkPixbuf* pixels) {
  return std::max(gdk_pixbuf_get_width(pixels), gdk_pixbuf_get_height(pixels));
}

int scaled(int side, int longer, int longer_wanted) {
  return std::max(1, static_cast<int>(std::int64_t{side} * longer_wanted / longer));
}

/// Called when the size is known and nothing is decoded: the size that is to come out.
void on_size(GdkPixbufLoader* loader, int width, int height, gpointer too_large) {
  const int longer = std::max(width, height);
  if (width < 1 || height < 1 ||
      static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) >
          limits::photo_pixels_max) {
    *static_cast<bool*>(too_large) = true;
    return gdk_pixbuf_loader_set_size(loader, 0, 0);  // ends it
  }
  constexpr int most = limits::photo_side_pixels_max;
  if (longer <= most) return;
  gdk_pixbuf_loader_set_size(loader, scaled(width, longer, most), scaled(height, longer, most));
}

Result<Pixels> decode(ByteView picture) {
  TRY(const char* type, type_of(picture));
  const Loader loader(gdk_pixbuf_loader_new_with_type(type, nullptr));
  if (!loader) {
    return Error{Errc::storage, tr("This system's gdk-pixbuf does not read this kind of picture. "
                                   "Nothing was posted.")};
  }
  bool too_large = false;
  g_signal_connect(loader.get(), "size-prepared", G_CALLBACK(on_size), &too_large);
  bool good = gdk_pixbuf_loader_write(loader.get(), picture.data(), picture.size(), nullptr);
  good = gdk_pixbuf_loader_close(loader.get(), nullptr) && good;  // always: it holds resources
  if (too_large) {
    return Error{Errc::usage, say(tr("This picture has more than {} million pixels. Nothing was "
                                     "posted: make it smaller, then post it again."),
                                  limits::photo_pixels_max / 1'000'000)};
  }
  GdkPixbuf* pixels = good ? gdk_pixbuf_loader_get_pixbuf(loader.get()) : nullptr;
  if (pixels == nullptr) {
    return usage(
        tr("The picture is damaged and cannot be read. Nothing was posted: try another "
           "copy of it."));
  }
  // The orientation is metadata too, and goes with the rest.
  return Pixels(gdk_pixbuf_apply_embedded_orientation(pixels));
}

/// What lies under transparent parts may have been hidden there.
Pixels flatten(Pixels pixels) {
  if (!gdk_pixbuf_get_has_alpha(pixels.get())) return pixels;
  constexpr guint32 white = 0xffffff;
  constexpr int opaque = 255;
  constexpr int check_pixels = 16;  // both of the checks are white
  return Pixels(gdk_pixbuf_composite_color_simple(
      pixels.get(), gdk_pixbuf_get_width(pixels.get()), gdk_pixbuf_get_height(pixels.get()),
      GDK_INTERP_NEAREST, opaque, check_pixels, white, white));
}

Pixels shrink(const Pixels& pixels, int longer_wanted) {
  const int longer = longer_side(pixels.get());
  return Pixels(gdk_pixbuf_scale_simple(
      pixels.get(), scaled(gdk_pixbuf_get_width(pixels.get()), longer, longer_wanted),
      scaled(gdk_pixbuf_get_height(pixels.get()), longer, longer_wanted), GDK_INTERP_BILINEAR));
}

/// Empty where it cannot be. Nothing is handed to the encoder but pixels and quality.
Bytes encode(const Pixels& pixels, const char* quality) {
  gchar* buffer = nullptr;
  gsize size = 0;
  if (!gdk_pixbuf_save_to_buffer(pixels.get(), &buffer, &size, "jpeg", nullptr, "quality", quality,
                                 nullptr)) {
    return {};
  }
  const Bytes jpeg = to_bytes({reinterpret_cast<const Byte*>(buffer), size});
  g_free(buffer);
  return jpeg;
}

}  // namespace

Result<Bytes> make_photo(ByteView picture) {
  TRY(Pixels pixels, decode(picture));
  if (pixels) pixels = flatten(std::move(pixels));
  if (pixels && longer_side(pixels.get()) > limits::photo_side_pixels_max) {
    pixels = shrink(pixels, limits::photo_side_pixels_max);
  }
  for (int round = 0; pixels && round < shrinks_max; ++round) {
    for (const char* quality : qualities) {
      Bytes jpeg = encode(pixels, quality);
      if (!jpeg.empty() && jpeg.size() <= limits::attachment_bytes_max) return jpeg;
    }
    pixels = shrink(pixels, std::max(1, longer_side(pixels.get()) * 3 / 4));
  }
  return Error{Errc::full, tr("There is not enough memory for this picture. Nothing was posted: "
                              "make it smaller, then post it again.")};
}

}  // namespace porchlight::client
