// How wide a text is on a terminal, and texts made to fit: accents that combine take no column,
// Chinese and most pictures take two. The text is UTF-8 that one_line() has made safe.
// Must not know: what the text is for, the environment's locale.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace porchlight::client {

/// Columns that `text` takes. Bytes that are no UTF-8 count one each.
std::size_t width_of(std::string_view text);

/// The beginning of `text`, in at most `columns`; where something is left out it ends with "…".
std::string cut_to(std::string_view text, std::size_t columns);
/// The same, filled with spaces to exactly `columns`.
std::string fit_to(std::string_view text, std::size_t columns);
/// The end of `text`, in at most `columns`: for a field that is being typed into.
std::string tail_of(std::string_view text, std::size_t columns);
/// `text` without its last character, and without what combines with it.
std::string without_last(std::string_view text);

/// Lines of at most `columns`, broken at spaces where there are any. At least one line; `columns`
/// is at least 2, or else is taken for that.
std::vector<std::string> wrap(std::string_view text, std::size_t columns);

}  // namespace porchlight::client
