#include "client/cli/qr.hpp"

#include <qrencode.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <memory>

namespace porchlight::client {
namespace {

// Modules on each side. Cameras manage with two, and a link then fits a window of 80 columns.
constexpr int quiet_zone = 2;
constexpr const char* black_on_white = "\x1b[38;5;16;48;5;231m";
constexpr const char* as_before = "\x1b[0m";

using Code = std::unique_ptr<QRcode, decltype(&QRcode_free)>;

bool is_dark(const QRcode& code, int x, int y) {
  if (x < 0 || y < 0 || x >= code.width || y >= code.width) return false;
  return (code.data[y * code.width + x] & 1) != 0;
}

const char* block(bool upper, bool lower) {
  if (upper) return lower ? "█" : "▀";
  return lower ? "▄" : " ";
}

}  // namespace

std::optional<std::string> terminal_qr(const std::string& text, std::size_t columns) {
  // The least redundancy: a screen has no scratches, and a smaller code is easier to read.
  const Code code{QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_L), QRcode_free};
  if (!code || static_cast<std::size_t>(code->width + 2 * quiet_zone) > columns) {
    return std::nullopt;
  }
  std::string lines;
  for (int y = -quiet_zone; y < code->width + quiet_zone; y += 2) {
    lines += black_on_white;
    for (int x = -quiet_zone; x < code->width + quiet_zone; ++x) {
      lines += block(is_dark(*code, x, y), is_dark(*code, x, y + 1));
    }
    lines += as_before;
    lines += '\n';
  }
  return lines;
}

std::size_t terminal_columns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace porchlight::client
