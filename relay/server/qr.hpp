// A QR code for a terminal: two modules a character, by UTF-8 half blocks.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/result.hpp"

namespace porchlight::relay {

/// Lines of text, each ended by a newline, dark on light whatever the terminal's colours.
/// 'too_large' when `text` fits no QR code. The lowest error correction: a screen is not torn.
Result<std::string> terminal_qr(std::string_view text);

}  // namespace porchlight::relay
