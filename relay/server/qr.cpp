#include "relay/server/qr.hpp"

#include "proto/base/translate.hpp"

#include <qrencode.h>

#include <memory>

namespace porchlight::relay {
namespace {

struct QrFree {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

constexpr int quiet_zone = 2;  // modules; four are the standard, two are what cameras need
constexpr std::string_view black_on_white = "\x1b[38;5;16;48;5;231m";
constexpr std::string_view reset = "\x1b[0m";

}  // namespace

Result<std::string> terminal_qr(std::string_view text) {
  const std::unique_ptr<QRcode, QrFree> code{
      QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_L)};
  if (!code) return Error{Errc::too_large, tr("The link is too long for a QR code.")};
  const auto dark = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= code->width || y >= code->width) return false;
    return (code->data[y * code->width + x] & 1) != 0;
  };
  std::string lines;
  for (int y = -quiet_zone; y < code->width + quiet_zone; y += 2) {
    lines += black_on_white;
    for (int x = -quiet_zone; x < code->width + quiet_zone; ++x) {
      const bool upper = dark(x, y);
      const bool lower = dark(x, y + 1);
      lines += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
    }
    lines += std::string(reset) + "\n";
  }
  return lines;
}

}  // namespace porchlight::relay
