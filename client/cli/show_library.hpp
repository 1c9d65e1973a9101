// The library as lines for people and as JSON for programs, and finding the item that is meant.
// Must not know: the vault, the relay.
#pragma once

#include "client/cli/output.hpp"
#include "client/core/core.hpp"
#include "client/core/library.hpp"

namespace porchlight::client {

Library library_of(const Core& core, const GroupId& group, TimePoint now);

struct FoundItem {
  GroupView group;
  LibraryItemView item;
};
/// In any group's library. 'not_found' when none has it or several do.
Result<FoundItem> find_item(const Core& core, const std::string& short_id, TimePoint now);

/// "Spanish" for "es"; of a language that has no name here, its code.
std::string language_name(const std::string& language);
/// What is to be known before `text` is read, in whole sentences: that it is only there in another
/// language, is older than the item, or should have been looked over.
std::vector<std::string> cautions(const LibraryItemView& item, const ChosenText& text,
                                  TimePoint now);

/// The item in a row: name, title, version, languages, how it stands.
std::vector<std::string> item_row(const LibraryItemView& item,
                                  std::span<const std::string> languages, TimePoint now);
/// The text with all about it, on several lines.
void show_item(Output& out, const FoundItem& found, const ChosenText& text, TimePoint now);
/// The fields of a "library_item" record, without its texts.
Json item_json(const FoundItem& found, TimePoint now);
/// The same with the chosen text.
Json text_json(const FoundItem& found, const ChosenText& text, TimePoint now);

/// What `listen` says of a LibraryItem: a line, and what "message" records hold.
std::string library_text(const wire::LibraryItem& item);
void add_library(Json& fields, const wire::LibraryItem& item);

}  // namespace porchlight::client
