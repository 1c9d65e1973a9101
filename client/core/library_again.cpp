#include "client/core/library_again.hpp"

#include <algorithm>

#include "client/core/library.hpp"
#include "proto/base/limits.hpp"

namespace porchlight::client {
namespace {

bool say_the_same(const wire::LibraryItem& a, const wire::LibraryItem& b) {
  return a.item() == b.item() && a.version() == b.version() && a.language() == b.language();
}

}  // namespace

std::vector<wire::Body> library_to_say_again(std::span<const StoredMessage* const> messages,
                                             TimePoint now) {
  std::vector<const StoredMessage*> said;
  std::vector<const wire::LibraryItem*> items;
  std::vector<const wire::LibraryItem*> queued;
  for (const StoredMessage* message : messages) {
    if (!message->body.has_library_item() || message->ends <= now) continue;
    const wire::LibraryItem& item = message->body.library_item();
    if (!message->is_stored()) {
      queued.push_back(&item);
      continue;
    }
    said.push_back(message);
    items.push_back(&item);
  }
  const auto replaced = find_replaced(items);
  std::vector<wire::Body> bodies;
  for (std::size_t i = said.size(); i-- > 0;) {
    if (bodies.size() == limits::library_texts_said_again_max) break;
    const bool is_queued = std::any_of(queued.begin(), queued.end(), [&](const auto* other) {
      return say_the_same(*items[i], *other);
    });
    // Where this device's clock is behind its author's, more would be left than it may live.
    const auto left = std::chrono::floor<std::chrono::hours>(said[i]->ends - now).count();
    const auto hours = std::min<std::int64_t>(left, limits::library_lifetime_hours);
    if (is_queued || hours == 0 || items[i]->text().empty() ||
        std::binary_search(replaced.begin(), replaced.end(), i)) {
      continue;
    }
    wire::Body& body = bodies.emplace_back();
    *body.mutable_library_item() = *items[i];
    body.set_zone(said[i]->body.zone());
    body.set_lifetime_hours(static_cast<std::uint32_t>(hours));
  }
  std::reverse(bodies.begin(), bodies.end());
  return bodies;
}

}  // namespace porchlight::client
