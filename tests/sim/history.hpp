// What happened in a run, as an all-knowing bystander writes it down, and what must follow from it:
// one chain of epochs, one body for one id, and nothing lost that a device had kept or a relay had
// acknowledged.
// Must not know: how clients and relay work.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "client/core/core.hpp"
#include "tests/sim/world.hpp"

namespace porchlight::sim {

/// Whether what a device warns of is a mistake of ours or the relay's doing.
enum class Honesty : std::uint8_t { honest, dishonest };

/// A message that a device has kept.
struct Post {
  GroupId group;
  std::string author;
  VerifyKey sender;
  std::set<VerifyKey> audience;  // who stood in the author's roster
  TimePoint expires;             // at the earliest
};

/// One device as the checks see it.
struct Device {
  std::string name;
  const client::Core* core = nullptr;
  TimePoint now;       // by its own clock
  VerifyKey identity;  // of its owner
};

/// By the clock of `device`, when both it and the relay's are at `time` or later: until then the
/// device shows what ends at `time`.
TimePoint when_it_is(const Device& device, TimePoint time);

/// It tells its person that its clock and the relay's disagree.
bool warns_of_its_clock(const client::Core& core);

/// Whether a device may well be told that a channel went on without it.
using Forsaken = std::function<bool(const Device&)>;

class History {
 public:
  History(World& world, Honesty honesty, Forsaken forsaken)
      : world_(world), honesty_(honesty), forsaken_(std::move(forsaken)) {}

  /// A device is about to keep a message of its own; whether it does is seen later.
  void post_begins(const MessageId& id) { begun_.insert(id); }
  /// It has kept it: from now on it must not be lost.
  void posted(const MessageId& id, Post post) {
    posts_.emplace(id, std::move(post));
    world_.count("posts");
  }
  /// Somebody is to be taken out: what they say from now on may be passed over, and what others say
  /// need not reach them.
  void removal_begins(const GroupId& group, const VerifyKey& member) {
    out_.insert({group, member});
    world_.count("removals");
  }
  /// Somebody else may speak as this member from now on: of two frames at one counter the first
  /// counts, so what the member says may not arrive.
  void cloned(const GroupId& group, const VerifyKey& member) { out_.insert({group, member}); }
  /// The relay shows this device another history than those on other sides: there is agreement on
  /// each side alone.
  void on_side(const std::string& device, std::size_t side) { sides_[device] = side; }
  /// The relay acknowledged it.
  void stored(const MessageId& id);

  /// After every step of a device: what it shows must fit what all others have shown.
  void check_device(const Device& device);
  /// `reloaded` was made from what `device` has kept, and must show the same.
  void check_reload(const Device& device, const client::Core& reloaded);
  /// Nobody can settle who stays: what is queued there stays queued.
  void muted(const GroupId& group) { muted_.insert(group); }
  void unmuted() { muted_.clear(); }
  bool is_muted(const GroupId& group) const { return muted_.contains(group); }
  /// Somebody wanted them out, or somebody else may speak as them.
  bool is_out(const GroupId& group, const VerifyKey& member) const {
    return out_.contains({group, member});
  }
  /// At rest: everybody online, nothing under way. All must agree, and everything has arrived.
  void check_rest(const std::vector<Device>& devices);

 private:
  struct RosterLine {
    VerifyKey identity;
    wire::Role role;
    friend bool operator==(const RosterLine&, const RosterLine&) = default;
  };

  static bool goes_on_from(const std::vector<RosterLine>& before,
                           const std::vector<RosterLine>& after);
  void check_group(const Device& device, const client::GroupView& group);
  void check_messages(const Device& device, const GroupId& group);
  /// Until then nobody's clocks may have it erased.
  TimePoint sure_life(const MessageId& id) const;
  bool is_of_library(const MessageId& id) const;
  void check_warnings(const Device& device);
  void check_arrivals(const Device& device, const client::GroupView& group);
  void check_members(const std::vector<Device>& devices);
  void check_pair(const Device& a, const Device& b, const GroupId& group);

  World& world_;
  Honesty honesty_;
  Forsaken forsaken_;
  std::set<MessageId> begun_;
  std::map<MessageId, Post> posts_;
  std::set<MessageId> stored_;
  std::set<std::pair<GroupId, VerifyKey>> out_;
  std::set<GroupId> muted_;
  std::map<MessageId, std::string> bodies_;
  std::map<std::string, std::size_t> sides_;
  std::map<std::tuple<std::size_t, GroupId, std::uint32_t>, std::vector<RosterLine>> rosters_;
  std::map<std::pair<std::string, GroupId>, std::uint32_t> epoch_of_;  // never goes back
  std::map<MessageId, TimePoint> born_;                                // shown first by anybody
  std::map<std::pair<std::string, GroupId>, std::map<MessageId, TimePoint>> seen_;  // and by whom
};

}  // namespace porchlight::sim
