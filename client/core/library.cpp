#include "client/core/library.hpp"

#include <algorithm>
#include <map>

#include "client/core/alerts.hpp"
#include "client/core/board.hpp"
#include "client/core/short_name.hpp"

namespace porchlight::client {
namespace {

bool is_withdrawal(const wire::LibraryItem& item) { return item.text().empty(); }

/// What is said of one item.
struct Shelf {
  std::size_t withdrawal = 0;  // its index, where `withdrawn` is a version
  std::uint32_t withdrawn = 0;
  std::map<std::string_view, std::size_t> by_language;  // the index of what counts
};

std::map<std::string_view, Shelf> sort_out(std::span<const wire::LibraryItem* const> items) {
  std::map<std::string_view, Shelf> shelves;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const wire::LibraryItem& item = *items[i];
    Shelf& shelf = shelves[item.item()];
    if (is_withdrawal(item)) {
      if (item.version() > shelf.withdrawn) {
        shelf.withdrawn = item.version();
        shelf.withdrawal = i;
      }
      continue;
    }
    const auto [known, is_first] = shelf.by_language.try_emplace(item.language(), i);
    if (!is_first && item.version() > items[known->second]->version()) known->second = i;
  }
  for (auto& [id, shelf] : shelves) {
    std::erase_if(shelf.by_language, [&, &withdrawn = shelf.withdrawn](const auto& entry) {
      return items[entry.second]->version() <= withdrawn;
    });
  }
  return shelves;
}

}  // namespace

bool LibraryItemView::has(std::uint32_t wanted, std::string_view language) const {
  return std::any_of(texts.begin(), texts.end(), [&](const LibraryText& text) {
    return text.item().version() == wanted && text.item().language() == language;
  });
}

const LibraryItemView* Library::find(std::string_view typed) const {
  return find_by_short_name(items, 'L', typed);
}

Library make_library(std::span<const MessageView> messages) {
  std::vector<const MessageView*> said;
  std::vector<const wire::LibraryItem*> items;
  for (const MessageView& message : messages) {
    if (!message.body.has_library_item()) continue;
    said.push_back(&message);
    items.push_back(&message.body.library_item());
  }
  Library library;
  auto shelves = sort_out(items);
  for (const wire::LibraryItem* item : items) {
    const auto shelf = shelves.find(item->item());
    if (shelf == shelves.end()) continue;  // it is in the library already
    LibraryItemView& view = library.items.emplace_back();
    view.id = *MessageId::from(as_bytes(item->item()));
    view.version = shelf->second.withdrawn;
    std::vector<std::size_t> places;
    for (const auto& [language, place] : shelf->second.by_language) places.push_back(place);
    std::sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
      return items[a]->version() != items[b]->version() ? items[a]->version() > items[b]->version()
                                                        : a < b;
    });
    for (const std::size_t place : places) {
      view.version = std::max(view.version, items[place]->version());
      view.texts.push_back({*said[place]});
    }
    shelves.erase(shelf);
  }
  give_short_names(library.items, 'L');
  return library;
}

ChosenText choose_text(const LibraryItemView& item, std::span<const std::string> languages) {
  std::vector<wire::Wording> wordings(item.texts.size() + 1);
  std::vector<const wire::Wording*> all;
  for (std::size_t i = 0; i < item.texts.size(); ++i) {
    wordings[i].set_language(item.texts[i].item().language());
    all.push_back(&wordings[i]);
  }
  const wire::Wording* const chosen = choose_wording(all, languages);
  PORCHLIGHT_ASSERT(chosen != nullptr);
  // Beside one in no language, it is chosen only where one of the languages leads to it.
  const wire::Wording* const both[] = {&wordings.back(), chosen};
  const bool fits = languages.empty() || choose_wording(both, languages) == chosen;
  return {&item.texts[static_cast<std::size_t>(chosen - wordings.data())], fits};
}

bool is_past_review(const wire::LibraryItem& item, TimePoint now) {
  return item.review_by_day() != 0 && std::uint64_t{item.review_by_day()} < wire::unix_day(now);
}

std::vector<std::size_t> find_replaced(std::span<const wire::LibraryItem* const> items) {
  std::vector<bool> counts(items.size(), false);
  for (const auto& [id, shelf] : sort_out(items)) {
    if (shelf.withdrawn > 0) counts[shelf.withdrawal] = true;
    for (const auto& [language, place] : shelf.by_language) counts[place] = true;
  }
  std::vector<std::size_t> replaced;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!counts[i]) replaced.push_back(i);
  }
  return replaced;
}

}  // namespace porchlight::client
