#include "tests/sim/secrecy.hpp"

namespace porchlight::sim {
namespace {

constexpr std::size_t explained_max = 12;
constexpr std::size_t copies_max = 16;
/// A day's keys go when a whole day has passed and its mailbox was then read to the end; an epoch's
/// control keys a day after it was succeeded. Clocks and connections may take another two.
constexpr std::uint32_t leftover_days = 4;
/// For how long a device keeps what it had stored (clause 4.8).
constexpr std::uint32_t kept_days = 7;

constexpr auto in_the_vault = "the vault";
constexpr auto once_in_the_vault = "the vault, once";
constexpr auto at_the_relay = "what the relay received";
constexpr auto in_a_link = "an invite's link";

bool is_of_an_epoch(Kind kind) {
  return kind != Kind::drawn && kind != Kind::other && kind != Kind::box && !is_of_a_channel(kind);
}

/// The seed that proves the right to drop, and those of pages that follow from it. They open
/// nothing, and go with the envelopes that they would bring back.
bool is_drop_key(const Node& node) {
  return (node.kind == Kind::day_key && node.label == "drop") ||
         (node.kind == Kind::control_key && node.label == "ctl drop") ||
         (node.kind == Kind::page_key && (node.label == "page drop" || node.label == "state drop"));
}

/// What the device could have erased by now.
bool is_leftover(const Holdings::KeptEpoch& epoch, const Node& node, std::uint32_t today) {
  if (is_drop_key(node)) {
    return node.kind == Kind::day_key && epoch.day + node.day + kept_days + leftover_days < today;
  }
  if (node.kind == Kind::control_key) {
    return epoch.succeeded_on && *epoch.succeeded_on + leftover_days < today;
  }
  const bool is_of_a_day = node.kind == Kind::day_key || node.kind == Kind::branch ||
                           node.kind == Kind::chain || node.kind == Kind::message_key;
  return is_of_a_day && epoch.day + node.day + leftover_days < today;
}

}  // namespace

void Secrecy::on_envelope(ByteView envelope) {
  if (const auto id = derivations_.find(envelope)) received_.push_back(*id);
}

void Secrecy::on_kept(const Device& device, std::span<const client::Write> writes) {
  const auto place = devices_.try_emplace(device.name, derivations_).first;
  std::map<GroupId, std::set<VerifyKey>> spoken_before;
  for (const client::Write& write : writes) {
    const auto frame = Holdings::read_frame(write);
    if (!frame || place->second.has_read(frame->place)) continue;
    check_late_frame(device.name, place->second, *frame);
    const auto& [group, number, day] = frame->place.first.first;
    if (frame->seq == 0) spoken_before[group] = place->second.contested(group);
  }
  place->second.apply(writes);
  for (const auto& [group, contested] : spoken_before) {
    check_tongue(device.name, contested, place->second.contested(group));
  }
  channels_.on_kept(device, writes);
  changed_.insert(device.name);
  const bool shows = std::any_of(writes.begin(), writes.end(), [](const client::Write& write) {
    return write.table == client::Table::groups;
  });
  if (shows) names_.learn(place->second, device.core->groups());
}

std::set<VerifyKey> Secrecy::contested(const std::string& device, const GroupId& group) const {
  const auto found = devices_.find(device);
  return found == devices_.end() ? std::set<VerifyKey>{} : found->second.contested(group);
}

std::optional<VerifyKey> Secrecy::identity(const std::string& device) const {
  const auto found = devices_.find(device);
  return found == devices_.end() ? std::nullopt : found->second.identity();
}

void Secrecy::copy_vault(const std::string& device) {
  const auto found = devices_.find(device);
  if (found == devices_.end() || copies_.size() >= copies_max) return;
  Copy copy{device,
            world_.now(),
            found->second.now(),
            {},
            found->second.own_card(),
            found->second.waits_for_a_welcome()};
  for (const GroupId& group : found->second.groups()) {
    copy.newest[group] = *found->second.newest(group);
  }
  copy.channels = channels_.copied(device, copy.card);
  copies_.push_back(std::move(copy));
  world_.trace("somebody copies the vault of " + device);
  world_.count("copied vaults");
}

Closure Secrecy::close(std::span<const NodeId> held, const char* where,
                       Closure::Locked locked) const {
  Closure closure(derivations_, std::move(locked));
  closure.hold(held, where);
  closure.hold(received_, at_the_relay);
  closure.follow();
  return closure;
}

// ---- erasure ----------------------------------------------------------------------------------

void Secrecy::check_vaults() {
  for (const std::string& name : changed_) check_vault(name, devices_.at(name));
  changed_.clear();
}

void Secrecy::check_vault(const std::string& name, const Holdings& device) {
  const std::vector<NodeId> held = device.now();
  const Closure closure = close(held, in_the_vault);
  world_.count("closures");
  // What lies in a group's frames that are not read yet nobody can have erased.
  channels_.check_vault(
      name, closure, held,
      [&] { return close(held, in_the_vault, [&](NodeId key) { return is_unread(device, key); }); },
      explainer());
  for (const NodeId id : closure.known()) {
    const Node& node = derivations_.node(id);
    if (!is_of_an_epoch(node.kind)) continue;
    const auto why = overdue(device, node);
    if (!why) continue;
    return world_.fail("erasure: whoever takes the vault of " + name + " now has " +
                       names_.describe(node) + ", " + *why + ": " + explain(closure, id));
  }
}

bool Secrecy::is_unread(const Holdings& device, NodeId key) const {
  const Node& node = derivations_.node(key);
  if (node.kind != Kind::message_key) return false;
  const EpochNames::Entry* epoch = names_.find(node.epoch);
  if (epoch == nullptr) return false;
  const Holdings::DayPlace day{epoch->group, epoch->number, epoch->day + node.day};
  return !device.has_read({{day, node.sender}, node.counter});
}

std::optional<std::string> Secrecy::overdue(const Holdings& device, const Node& node) const {
  const EpochNames::Entry* epoch = names_.find(node.epoch);
  if (epoch == nullptr) return std::nullopt;
  const auto newest = device.newest(epoch->group);
  // What it does not know yet it could follow into; who may do that is a matter of boundaries.
  if (!newest || epoch->number > *newest || node.kind == Kind::fresh) return std::nullopt;
  if (is_drop_key(node)) return std::nullopt;
  if (node.kind == Kind::epoch_secret) return "which is to be held nowhere";
  const auto* kept = device.find_epoch({epoch->group, epoch->number});
  if (kept == nullptr) return "although nothing else of that epoch is held any more";
  const bool succeeded = kept->succeeded_on || epoch->number < *newest;
  if (node.kind == Kind::carry && succeeded) return "although that epoch was succeeded";
  if (node.kind == Kind::day_secret) {
    if (succeeded) return "although that epoch was succeeded";
    if (epoch->day + node.day < kept->next_day) return "although that day was entered";
  }
  return overdue_of_a_day(device, *epoch, node);
}

std::optional<std::string> Secrecy::overdue_of_a_day(const Holdings& device,
                                                     const EpochNames::Entry& epoch,
                                                     const Node& node) const {
  if (node.kind != Kind::day_key && node.kind != Kind::branch && node.kind != Kind::chain &&
      node.kind != Kind::message_key) {
    return std::nullopt;
  }
  const Holdings::DayPlace day{epoch.group, epoch.number, epoch.day + node.day};
  const Holdings::ChainPlace place{day, node.sender};
  if (node.kind == Kind::message_key && device.has_read({place, node.counter})) {
    return "although that message was read";
  }
  const auto* kept = device.find_epoch({epoch.group, epoch.number});
  if (std::get<2>(day) >= kept->next_day) return std::nullopt;
  if (!device.holds_day(day)) return "although that day was left";
  if (node.kind == Kind::day_key || node.kind == Kind::branch) return std::nullopt;
  const auto* chain = device.find_chain(place);
  if (chain == nullptr || node.counter >= chain->next) return std::nullopt;
  if (node.kind == Kind::chain) return "although the chain has moved on";
  if (!chain->skipped.contains(node.counter)) return "although that counter was used";
  return std::nullopt;
}

void Secrecy::check_leftovers(std::uint32_t today) {
  for (const auto& [name, device] : devices_) {
    const Closure closure = close(device.now(), in_the_vault);
    channels_.check_leftovers(name, closure, today, explainer());
    for (const NodeId id : closure.known()) {
      const Node& node = derivations_.node(id);
      const EpochNames::Entry* epoch = names_.find(node.epoch);
      if (!is_of_an_epoch(node.kind) || epoch == nullptr) continue;
      const auto* kept = device.find_epoch({epoch->group, epoch->number});
      if (kept == nullptr || !is_leftover(*kept, node, today)) continue;
      return world_.fail("erasure: whoever takes the vault of " + name + " now has " +
                         names_.describe(node) + ", although it is day " + std::to_string(today) +
                         ": " + explain(closure, id));
    }
  }
}

// ---- boundaries -------------------------------------------------------------------------------

void Secrecy::check_boundaries() {
  std::vector<NodeId> links;
  for (const auto& [name, device] : devices_) {
    const Closure closure = close(device.ever(), once_in_the_vault);
    check_member(name, closure, device.identity());
    channels_.check_ever(name, closure, device.invites_ever(), explainer());
    links.insert(links.end(), device.invites_ever().begin(), device.invites_ever().end());
  }
  check_member("who saw every link", close(links, in_a_link), std::nullopt);
  for (const Copy& copy : copies_) check_copy(copy);
  channels_.check_tags();
}

void Secrecy::check_member(const std::string& who, const Closure& closure,
                           const std::optional<VerifyKey>& identity) {
  for (const NodeId id : closure.known()) {
    const Node& node = derivations_.node(id);
    if (!is_of_an_epoch(node.kind)) continue;
    const EpochNames::Entry* epoch = names_.find(node.epoch);
    if (epoch == nullptr || epoch->members.empty()) continue;
    if (identity && epoch->members.contains(*identity)) continue;
    return world_.fail("boundaries: " + who + ", who does not stand in epoch " +
                       std::to_string(epoch->number) + ", can derive " + names_.describe(node) +
                       ": " + explain(closure, id));
  }
}

void Secrecy::check_tongue(const std::string& name, const std::set<VerifyKey>& before,
                           const std::set<VerifyKey>& after) {
  for (const VerifyKey& member : before) {
    if (!after.contains(member)) continue;
    return world_.fail("boundaries: " + name +
                       " speaks in front of somebody whom a lead wanted out");
  }
}

void Secrecy::check_late_frame(const std::string& name, const Holdings& device,
                               const Holdings::KeptFrame& frame) {
  const auto& [chain, counter] = frame.place;
  const auto& [group, number, day] = chain.first;
  const auto newest = device.newest(group);
  const auto stands_in = [&](std::uint32_t epoch) {
    const EpochNames::Entry* entry = names_.find(group, epoch);
    return entry == nullptr || entry->members.empty() || entry->members.contains(chain.second);
  };
  // Who came back is read again.
  if (!newest || stands_in(*newest)) return;
  std::uint32_t out = number + 1;
  while (out < *newest && stands_in(out)) ++out;
  const auto* before = device.find_epoch({group, out - 1});
  if (before == nullptr || !before->succeeded_on) return;
  if (wire::seq_hour(frame.seq) < wire::seq_hour(before->successor_seq)) return;
  world_.fail("boundaries: " + name + " reads what somebody said in epoch " +
              std::to_string(number) + " after it was taken out at epoch " + std::to_string(out));
}

std::optional<std::uint32_t> Secrecy::healed_at(const Copy& copy, const GroupId& group) const {
  const auto& identity = devices_.at(copy.device).identity();
  const auto held = copy.newest.find(group);
  bool in = held != copy.newest.end();
  for (std::uint32_t number = in ? held->second + 1 : 0;; ++number) {
    const EpochNames::Entry* epoch = names_.find(group, number);
    if (epoch == nullptr || epoch->members.empty()) return std::nullopt;
    const bool stands = identity && epoch->members.contains(*identity);
    if (in && !stands) return number;
    const auto renewed = copy.renewed.find(group);
    const bool is_new = renewed != copy.renewed.end() && number > renewed->second && !copy.waits;
    if (in && is_new && names_.has_fresh(derivations_, group, number)) {
      world_.count("healed copies");
      return number;
    }
    in = stands;
  }
}

void Secrecy::note_cards() {
  for (Copy& copy : copies_) {
    const auto& identity = devices_.at(copy.device).identity();
    for (const GroupId& group : devices_.at(copy.device).groups()) {
      const bool all_know = std::all_of(devices_.begin(), devices_.end(), [&](const auto& entry) {
        const std::uint32_t card = identity ? entry.second.card_of(group, *identity) : 0;
        return !entry.second.newest(group) || card > copy.card;
      });
      if (all_know) copy.renewed.emplace(group, *devices_.at(copy.device).newest(group));
    }
    if (identity) channels_.note_cards(copy.device, copy.channels, *identity);
  }
}

void Secrecy::check_copy(const Copy& copy) {
  const Closure closure = close(copy.held, in_the_vault);
  channels_.check_copy(copy.device, copy.channels, closure, explainer());
  std::map<GroupId, std::optional<std::uint32_t>> healed;
  for (const NodeId id : closure.known()) {
    const Node& node = derivations_.node(id);
    if (!is_of_an_epoch(node.kind) || node.kind == Kind::fresh) continue;
    const EpochNames::Entry* epoch = names_.find(node.epoch);
    if (epoch == nullptr) continue;
    const auto [place, fresh] = healed.try_emplace(epoch->group);
    if (fresh) place->second = healed_at(copy, epoch->group);
    if (!place->second) continue;
    if (epoch->number < *place->second) continue;
    return world_.fail("boundaries: a copy of the vault of " + copy.device +
                       ", which is healed by epoch " + std::to_string(*place->second) + ", gives " +
                       names_.describe(node) + ": " + explain(closure, id));
  }
}

ChannelSecrecy::Explain Secrecy::explainer() const {
  return [this](const Closure& closure, NodeId id) { return explain(closure, id); };
}

std::string Secrecy::describe(const Node& node) const {
  return channels_.describe(node).value_or(names_.describe(node));
}

std::string Secrecy::explain(const Closure& closure, NodeId id) const {
  const auto name = [&](NodeId of) { return describe(derivations_.node(of)); };
  std::string text;
  for (const Closure::Reason& reason : closure.explain(id, explained_max)) {
    if (!text.empty()) text += "; ";
    text += name(reason.id) + " <- ";
    if (!reason.from) {
      text += reason.where;
    } else {
      text += name(*reason.from) + (reason.with ? " and " + name(*reason.with) : "");
    }
  }
  return text;
}

}  // namespace porchlight::sim
