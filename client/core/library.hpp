// The library: texts that everybody in a group has at hand, in versions and languages, as a pure
// function of its messages (clause 15.5).
// Must not know: clocks; `now` is an argument.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "client/core/views.hpp"
#include "proto/base/limits.hpp"

namespace porchlight::client {

/// Beyond this a version counts by who leads alone: whatever a member puts in, a lead can replace.
inline constexpr std::uint32_t library_version_members_max = limits::library_version_max / 2;

/// What an item says in one language.
struct LibraryText {
  MessageView message;

  const wire::LibraryItem& item() const { return message.body.library_item(); }
};

struct LibraryItemView {
  MessageId id;               // the same for all versions and languages
  std::string short_id;       // "L-4K7": unique in this library
  std::uint32_t version = 0;  // the highest
  /// One a language: its highest version. The item's highest first. None where it is withdrawn.
  std::vector<LibraryText> texts;

  bool is_withdrawn() const { return texts.empty(); }
  bool has(std::uint32_t version, std::string_view language) const;
};

struct Library {
  std::vector<LibraryItemView> items;  // in the order in which they were first said

  /// By "L-4K7", "4k7" or any longer unique beginning; none where nothing or several match.
  const LibraryItemView* find(std::string_view short_id) const;
};

/// `messages` in the agreed order (MessageView of one group, as Core::live_messages gives them).
Library make_library(std::span<const MessageView> messages);

struct ChosenText {
  const LibraryText* text = nullptr;  // valid as long as the item
  bool fits = false;                  // it is in one of the languages that were asked for
};
/// In the first of these languages that is there, as choose_wording() does it, otherwise in
/// whatever there is. `item` is not withdrawn.
ChosenText choose_text(const LibraryItemView& item, std::span<const std::string> languages);

/// Somebody should have looked it over before the day of `now` (UTC).
bool is_past_review(const wire::LibraryItem& item, TimePoint now);

/// Of library items in the agreed order: which are of no use any more, as an earlier one says the
/// same or a newer version has replaced them.
std::vector<std::size_t> find_replaced(std::span<const wire::LibraryItem* const> items);

}  // namespace porchlight::client
