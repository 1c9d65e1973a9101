// What people type instead of an id: its first letters, in Crockford's base 32 (no I, L, O, U;
// those are read as what they look like). Must not know: whose ids they are.
#pragma once

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "proto/base/bytes.hpp"

namespace porchlight::client {

inline constexpr std::size_t short_name_chars_min = 3;
inline constexpr std::size_t short_name_chars_max = 25;  // of 16 bytes

/// The first `length` letters, short_name_chars_min to short_name_chars_max. `id` has at least 16
/// bytes.
std::string short_name(ByteView id, std::size_t length);

/// Whether `typed`, of at least short_name_chars_min letters in either case, begins the id's name.
bool matches_short_name(ByteView id, std::string_view typed);
/// The same of an id of which only its name is at hand, as short_name() gave it: `typed` is that,
/// or goes on.
bool matches_shown_name(std::string_view shown, std::string_view typed);

/// The fewest letters that tell all of `ids` apart.
template <class Id>
std::size_t unique_length(std::span<const Id> ids) {
  std::size_t length = short_name_chars_min;
  for (; length < short_name_chars_max; ++length) {
    std::set<std::string> names;
    for (const Id& id : ids) names.insert(short_name(id.view(), length));
    if (names.size() == ids.size()) break;
  }
  return length;
}

/// Gives each of `views`, which have an `id`, a `short_id`: `letter`, a hyphen, and as many letters
/// as tell it from the others. Ids are their authors' to choose: of two that are made to look alike
/// these two alone get long names.
template <class View>
void give_short_names(std::vector<View>& views, char letter) {
  std::vector<std::pair<std::string, View*>> names;
  for (View& view : views) {
    names.emplace_back(short_name(view.id.view(), short_name_chars_max), &view);
  }
  std::sort(names.begin(), names.end());
  const auto alike = [&](std::size_t a, std::size_t b) {
    const auto [end, other] =
        std::mismatch(names[a].first.begin(), names[a].first.end(), names[b].first.begin());
    return static_cast<std::size_t>(end - names[a].first.begin());
  };
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::size_t length = short_name_chars_min;
    if (i > 0) length = std::max(length, alike(i - 1, i) + 1);
    if (i + 1 < names.size()) length = std::max(length, alike(i, i + 1) + 1);
    length = std::min(length, short_name_chars_max);
    names[i].second->short_id = std::string(1, letter) + '-' + names[i].first.substr(0, length);
  }
}

/// The one of `views`, which have an `id`, that is meant by "A-9QX", "9qx" or any longer unique
/// beginning, where `letter` is 'A'; null where nothing or several match.
template <class View>
const View* find_by_short_name(const std::vector<View>& views, char letter,
                               std::string_view typed) {
  const char small = static_cast<char>(letter - 'A' + 'a');
  if (typed.size() > 1 && (typed[0] == letter || typed[0] == small) && typed[1] == '-') {
    typed.remove_prefix(2);
  }
  const View* found = nullptr;
  for (const View& view : views) {
    if (!matches_short_name(view.id.view(), typed)) continue;
    if (found != nullptr) return nullptr;
    found = &view;
  }
  return found;
}

}  // namespace porchlight::client
