#include "tests/sim/channel_secrecy.hpp"

#include "client/core/state.pb.h"
#include "proto/base/encoding.hpp"
#include "proto/crypto/seal.hpp"

namespace porchlight::sim {
namespace {

using client::ChannelId;
using KeptChannel = ChannelHoldings::KeptChannel;

/// As of groups: a day's keys go when a whole day has passed and its mailboxes were then read.
constexpr std::uint32_t leftover_days = 4;

bool is_of_a_day(Kind kind) {
  return kind == Kind::channel_day_secret || kind == Kind::channel_day_key ||
         kind == Kind::post_day_secret || kind == Kind::post_day_key;
}

bool is_of_the_group(Kind kind) {
  return kind == Kind::post_secret || kind == Kind::post_key || kind == Kind::post_day_secret ||
         kind == Kind::post_day_key;
}

/// It opens nothing, and goes with the envelopes that it would bring back.
bool is_drop_key(const Node& node) {
  return node.kind == Kind::post_day_key && node.label == "drop";
}

std::string name_of(const Node& node) {
  switch (node.kind) {
    case Kind::channel_secret:
    case Kind::post_secret:
      return node.kind == Kind::post_secret ? "the post secret" : "the secret";
    case Kind::channel_carry:
      return "the carry";
    case Kind::channel_fresh:
      return "the fresh secret";
    case Kind::channel_day_secret:
      return "the day secret";
    case Kind::post_day_secret:
      return "the post day secret";
    default:
      return "the \"" + node.label + "\" key";
  }
}

}  // namespace

// ---- what happens -------------------------------------------------------------------------------

void ChannelSecrecy::mark(const std::string& device, ByteView value) {
  if (const auto id = derivations_.mark(value)) marks_.emplace(*id, device);
}

void ChannelSecrecy::is_of(const std::string& device, std::string_view text) {
  mark(device, as_bytes(text));
}

void ChannelSecrecy::on_kept(const Device& device, std::span<const client::Write> writes) {
  bool shows = false;
  for (const client::Write& write : writes) {
    shows |= write.table == client::Table::channels;
    if (write.table != client::Table::profile || as_text(write.key) != "me" || !write.value) {
      continue;
    }
    client::state::Me me;
    const ByteView value = write.value->reveal();
    PORCHLIGHT_ASSERT(me.ParseFromArray(value.data(), static_cast<int>(value.size())));
    for (const auto& card : me.cards()) {
      mark(device.name, seal_key(SealSeed::from(as_bytes(card.seal())).value()).view());
    }
    mark(device.name,
         SigningKey(SigningSeed::from(as_bytes(me.identity())).value()).verify_key().view());
  }
  for (const client::GroupView& group : device.core->groups()) {
    groups_[device.name].insert(group.id);
    if (group.standing != client::GroupView::Standing::member) continue;
    expected_.erase(device.name);
    // Its keys may lie there before they are read.
    std::erase_if(until_, [&](const auto& out) {
      const auto owner = owners_.find(out.first.second);
      return out.first.first == device.name && owner != owners_.end() && owner->second == group.id;
    });
  }
  if (shows) learn(device.name);
}

void ChannelSecrecy::learn(const std::string& device) {
  for (const auto& [id, channel] : history_.holdings(device).all()) {
    if (channel.reader) {
      mark(device, channel.reader->id.view());
      mark(device, channel.reader->tag_key.view());
    }
    if (channel.owner) owners_.emplace(id, channel.owner->group);
    if (channel.owner && !channel.over) until_.erase({device, id});
    for (const auto& [number, epoch] : channel.epochs) {
      entries_.try_emplace(epoch.id, Entry{id, number, epoch.id, epoch.day});
      const auto post = derivations_.find(epoch.post);
      if (post && derivations_.node(*post).family) {
        families_.emplace(*derivations_.node(*post).family, epoch.id);
      }
    }
  }
}

Start ChannelSecrecy::start(const std::string& device, const ChannelId& channel) const {
  const KeptChannel* kept = history_.holdings(device).find(channel);
  return {kept->epochs.rbegin()->first, kept->newest()->next_day - 1};
}

void ChannelSecrecy::may_enter(const std::string& device, const ChannelId& channel,
                               const std::string& to, const Start& start) {
  const auto [place, fresh] = starts_.try_emplace({device, channel}, start);
  Start& first = place->second;
  if (std::tie(start.number, start.day) < std::tie(first.number, first.day)) first = start;
  links_[{device, channel}].insert(to);
  until_.erase({device, channel});
}

void ChannelSecrecy::note_rest(const std::vector<Device>& devices) {
  for (const auto& [channel, seen] : history_.memberships(devices)) {
    for (const Device& device : devices) {
      const auto links = links_.find({device.name, channel});
      const bool has_link =
          links != links_.end() &&
          std::any_of(links->second.begin(), links->second.end(),
                      [&](const std::string& to) { return seen.open_invites.contains(to); });
      if (has_link || seen.people.contains(device.identity)) continue;
      until_.try_emplace({device.name, channel}, seen.epoch);
    }
  }
}

ChannelSecrecy::Copied ChannelSecrecy::copied(const std::string& device, std::uint32_t card) const {
  Copied copy{card, {}};
  const ChannelHoldings& holdings = history_.holdings(device);
  for (const auto& [id, channel] : holdings.all()) {
    const bool has_link = channel.reader && channel.reader->by_invite;
    if (has_link || channel.owner || holdings.is_joining()) copy.open.insert(id);
  }
  return copy;
}

void ChannelSecrecy::note_cards(const std::string& device, Copied& copy,
                                const VerifyKey& identity) const {
  for (const auto& [id, channel] : history_.holdings(device).all()) {
    if (!channel.reader || copy.open.contains(id) || channel.epochs.empty()) continue;
    if (history_.all_know_card(id, identity, copy.card)) {
      copy.renewed.emplace(id, channel.epochs.rbegin()->first);
    }
  }
}

// ---- names --------------------------------------------------------------------------------------

const ChannelSecrecy::Entry* ChannelSecrecy::find(const Node& node) const {
  if (!is_of_a_channel(node.kind)) return nullptr;
  EpochId id = node.epoch;
  if (node.family) {
    const auto family = families_.find(*node.family);
    if (family == families_.end()) return nullptr;
    id = family->second;
  }
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

std::optional<std::string> ChannelSecrecy::describe(const Node& node) const {
  if (!is_of_a_channel(node.kind)) return std::nullopt;
  const Entry* entry = find(node);
  std::string text = name_of(node);
  if (entry == nullptr) return text;
  text += " of epoch " + std::to_string(entry->number);
  if (is_of_a_day(node.kind)) text += ", day " + std::to_string(entry->day + node.day);
  return text + ", channel " + hex_encode(entry->channel.view().first(4));
}

// ---- erasure ------------------------------------------------------------------------------------

std::optional<std::string> ChannelSecrecy::overdue(const KeptChannel& channel, const Entry& entry,
                                                   const Node& node) const {
  const std::uint32_t newest = channel.epochs.rbegin()->first;
  // What it does not know yet it could follow into; who may do that is a matter of boundaries.
  if (entry.number > newest || node.kind == Kind::channel_fresh || is_drop_key(node)) {
    return std::nullopt;
  }
  if (node.kind == Kind::channel_secret || node.kind == Kind::post_secret) {
    return "which is to be held nowhere";
  }
  const auto kept = channel.epochs.find(entry.number);
  if (kept == channel.epochs.end()) {
    return "although nothing else of that epoch is held any more";
  }
  const bool succeeded = kept->second.succeeded_on || entry.number < newest;
  if (node.kind == Kind::channel_carry && succeeded) return "although that epoch was succeeded";
  const std::uint32_t day = entry.day + node.day;
  if (node.kind == Kind::channel_day_secret || node.kind == Kind::post_day_secret) {
    if (succeeded) return "although that epoch was succeeded";
    if (day < kept->second.next_day) return "although that day was entered";
  }
  if (node.kind != Kind::channel_day_key && node.kind != Kind::post_day_key) return std::nullopt;
  if (day >= kept->second.next_day || kept->second.days.contains(day)) return std::nullopt;
  return "although that day was left";
}

void ChannelSecrecy::check_vault(const std::string& name, const Closure& closure,
                                 std::span<const NodeId> held,
                                 const std::function<Closure()>& close_what_was_read,
                                 const Explain& explain) {
  const ChannelHoldings& holdings = history_.holdings(name);
  for (const NodeId id : held) {
    const Node& node = derivations_.node(id);
    const Entry* entry = node.kind == Kind::channel_fresh ? find(node) : nullptr;
    const KeptChannel* channel = entry == nullptr ? nullptr : holdings.find(entry->channel);
    if (channel == nullptr || channel->epochs.empty()) continue;
    if (entry->number > channel->epochs.rbegin()->first) continue;
    return world_.fail("erasure: the vault of " + name + " holds " + *describe(node));
  }
  if (holdings.is_joining()) return;
  for (const NodeId id : closure.known()) {
    const Node& node = derivations_.node(id);
    const Entry* entry = find(node);
    const KeptChannel* channel = entry == nullptr ? nullptr : holdings.find(entry->channel);
    if (channel == nullptr || channel->epochs.empty()) continue;
    const auto why = overdue(*channel, *entry, node);
    if (!why || holdings.is_telling(entry->id) || !close_what_was_read().knows(id)) continue;
    return world_.fail("erasure: whoever takes the vault of " + name + " now has " +
                       *describe(node) + ", " + *why + ": " + explain(closure, id));
  }
}

void ChannelSecrecy::check_leftovers(const std::string& name, const Closure& closure,
                                     std::uint32_t today, const Explain& explain) {
  const ChannelHoldings& holdings = history_.holdings(name);
  if (holdings.is_joining()) return;
  for (const NodeId id : closure.known()) {
    const Node& node = derivations_.node(id);
    const Entry* entry = find(node);
    const KeptChannel* channel = entry == nullptr ? nullptr : holdings.find(entry->channel);
    if (channel == nullptr || is_drop_key(node) || node.kind == Kind::channel_fresh) continue;
    const auto kept = channel->epochs.find(entry->number);
    if (kept == channel->epochs.end() || holdings.is_telling(entry->id)) continue;
    const bool is_control = node.kind == Kind::channel_control || node.kind == Kind::channel_page;
    const auto& succeeded = kept->second.succeeded_on;
    const bool is_leftover =
        is_control ? succeeded && *succeeded + leftover_days < today
                   : is_of_a_day(node.kind) && entry->day + node.day + leftover_days < today;
    if (!is_leftover) continue;
    return world_.fail("erasure: whoever takes the vault of " + name + " now has " +
                       *describe(node) + ", although it is day " + std::to_string(today) + ": " +
                       explain(closure, id));
  }
}

// ---- boundaries ---------------------------------------------------------------------------------

bool ChannelSecrecy::was_of_the_group(const std::string& device, const ChannelId& channel) const {
  const auto owner = owners_.find(channel);
  const auto groups = groups_.find(device);
  return owner != owners_.end() && groups != groups_.end() &&
         groups->second.contains(owner->second);
}

std::optional<std::string> ChannelSecrecy::trespass(const std::string& name, const Entry& entry,
                                                    const Node& node) const {
  if (node.kind == Kind::channel_fresh) return std::nullopt;  // of no use without the carry
  if (expected_.contains(name)) return std::nullopt;
  const auto until = until_.find({name, entry.channel});
  if (until != until_.end() && entry.number >= until->second) {
    return "who was taken out before epoch " + std::to_string(until->second);
  }
  if (was_of_the_group(name, entry.channel)) return std::nullopt;
  if (is_of_the_group(node.kind)) return "who is not of the group";
  const auto start = starts_.find({name, entry.channel});
  if (start == starts_.end()) return "who was never let in";
  const bool is_before = is_of_a_day(node.kind) && entry.number == start->second.number &&
                         entry.day + node.day < start->second.day;
  if (entry.number >= start->second.number && !is_before) return std::nullopt;
  return "who was let in on day " + std::to_string(start->second.day) + " of epoch " +
         std::to_string(start->second.number);
}

void ChannelSecrecy::check_ever(const std::string& name, const Closure& closure,
                                std::span<const NodeId> invites, const Explain& explain) {
  for (const NodeId id : closure.known()) {
    const Node& node = derivations_.node(id);
    const Entry* entry = find(node);
    const auto why = entry == nullptr ? std::nullopt : trespass(name, *entry, node);
    if (!why) continue;
    return world_.fail("boundaries: " + name + ", " + *why + ", can derive " + *describe(node) +
                       ": " + explain(closure, id));
  }
  for (const NodeId id : invites) {
    for (const Node::Edge& edge : derivations_.node(id).edges) {
      if (derivations_.node(edge.to).label != "audience seal") continue;
      return world_.fail("erasure: the vault of " + name +
                         " holds the seed of an invite into an audience");
    }
  }
  check_isolation(name, closure, explain);
}

void ChannelSecrecy::check_isolation(const std::string& name, const Closure& closure,
                                     const Explain& explain) {
  if (groups_.contains(name) || invited_to_groups_.contains(name)) return;
  for (const auto& [id, owner] : marks_) {
    if (owner == name || !closure.knows(id)) continue;
    return world_.fail("isolation: what " + name + " holds of a channel says something of " +
                       owner + ": " + explain(closure, id));
  }
  if (!history_.holdings(name).all().empty()) world_.count("listeners held apart");
}

void ChannelSecrecy::check_copy(const std::string& name, const Copied& copy, const Closure& closure,
                                const Explain& explain) {
  if (copy.renewed.empty()) return;
  for (const NodeId id : closure.known()) {
    const Node& node = derivations_.node(id);
    const Entry* entry = find(node);
    if (entry == nullptr || node.kind == Kind::channel_fresh) continue;
    const auto renewed = copy.renewed.find(entry->channel);
    if (renewed == copy.renewed.end() || entry->number <= renewed->second) continue;
    return world_.fail("boundaries: a copy of the vault of " + name +
                       ", whose card was renewed by epoch " + std::to_string(renewed->second) +
                       ", gives " + *describe(node) + ": " + explain(closure, id));
  }
}

// ---- the relay's view ---------------------------------------------------------------------------

void ChannelSecrecy::check_tags() const {
  for (const auto& [device, holdings] : history_.all()) {
    for (const auto& [id, channel] : holdings.all()) {
      for (const auto& [key, epochs] : channel.granted) {
        const auto node = derivations_.find(key.view());
        std::set<NodeId> tags;
        for (const Node::Edge& edge : derivations_.node(*node).edges) {
          if (derivations_.node(edge.to).label == "tag") tags.insert(edge.to);
        }
        if (tags.size() >= epochs) continue;
        return world_.fail("relay view: a tag of " + device +
                           " says in one epoch of a channel which it was in another");
      }
    }
  }
}

}  // namespace porchlight::sim
