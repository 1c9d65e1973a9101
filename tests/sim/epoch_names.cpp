#include "tests/sim/epoch_names.hpp"

#include "proto/base/encoding.hpp"

namespace porchlight::sim {
namespace {

std::string brief(ByteView id) { return hex_encode(id.first(4)); }

std::string name_of(const Node& node) {
  switch (node.kind) {
    case Kind::drawn:
      return "a random value";
    case Kind::other:
      return "what \"" + node.label + "\" gives";
    case Kind::epoch_secret:
      return "the secret";
    case Kind::carry:
      return "the carry";
    case Kind::fresh:
      return "the fresh secret";
    case Kind::control_key:
    case Kind::page_key:
      return "the \"" + node.label + "\" key";
    case Kind::attribution:
      return "the attribution key";
    case Kind::day_secret:
      return "the day secret";
    case Kind::day_key:
      return "the day's \"" + node.label + "\" key";
    case Kind::branch:
      return "a branch secret";
    case Kind::chain:
    case Kind::message_key:
      return (node.kind == Kind::chain ? "chain key " : "message key ") +
             std::to_string(node.counter) + " of sender " + brief(node.sender.view());
    case Kind::box:
      return "a ciphertext";
    default:
      return "a channel's key";  // ChannelSecrecy has names for them
  }
  return {};
}

bool is_of_a_day(Kind kind) {
  return kind == Kind::day_secret || kind == Kind::day_key || kind == Kind::branch ||
         kind == Kind::chain || kind == Kind::message_key;
}

}  // namespace

void EpochNames::learn(const Holdings& device, const std::vector<client::GroupView>& groups) {
  for (const auto& [place, kept] : device.epochs()) {
    const auto [entry, fresh] = entries_.try_emplace(kept.id);
    if (!fresh) continue;
    entry->second = {place.first, place.second, kept.day, {}};
    ids_[place].insert(kept.id);
  }
  for (const client::GroupView& group : groups) {
    const auto* kept = device.find_epoch({group.id, group.epoch});
    if (kept == nullptr || kept->succeeded_on) continue;
    if (group.standing != client::GroupView::Standing::member) continue;
    Entry& entry = entries_.at(kept->id);
    if (!entry.members.empty()) continue;
    for (const client::MemberView& member : group.members) entry.members.insert(member.identity);
  }
}

const EpochNames::Entry* EpochNames::find(const EpochId& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

const EpochNames::Entry* EpochNames::find(const GroupId& group, std::uint32_t number) const {
  const auto found = ids_.find({group, number});
  return found == ids_.end() || found->second.size() > 1 ? nullptr : find(*found->second.begin());
}

bool EpochNames::has_fresh(const Derivations& derivations, const GroupId& group,
                           std::uint32_t number) const {
  const auto found = ids_.find({group, number});
  return found != ids_.end() && found->second.size() == 1 &&
         derivations.has_fresh(*found->second.begin());
}

std::string EpochNames::describe(const Node& node) const {
  std::string text = name_of(node);
  const Entry* epoch = find(node.epoch);
  if (epoch == nullptr) return text;
  text += " of epoch " + std::to_string(epoch->number);
  if (is_of_a_day(node.kind)) text += ", day " + std::to_string(epoch->day + node.day);
  return text + ", group " + brief(epoch->group.view());
}

}  // namespace porchlight::sim
