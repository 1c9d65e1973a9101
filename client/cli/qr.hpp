// A link as a QR code in a terminal.
#pragma once

#include <optional>
#include <string>

namespace porchlight::client {

/// Lines of UTF-8 half blocks with a quiet zone around, dark on light whatever the terminal's
/// colours are: for a terminal alone, as it sets them. None when the text fits no code, or one
/// wider than `columns`.
std::optional<std::string> terminal_qr(const std::string& text, std::size_t columns);

/// How wide the terminal at stdout is; 80 where that is not known.
std::size_t terminal_columns();

}  // namespace porchlight::client
