// The invariants of erasure and of boundaries for channels, and one of their own: what any one of
// an audience holds, with everything that it can open of what the relay ever received, holds
// nothing of another's.
//
// What a vault may still hold of a channel's epoch (clauses 14.2, 14.3 and 14.5) is what it may
// hold of a group's: the newest epoch's carry, the secrets of the next day that was not entered,
// control keys and what the group speaks with as long as the epoch's record stands, the keys of a
// day that was entered and not left; `fresh`, which lies at the relay sealed to one's card. Whoever
// has not finished with a link holds what follows from its seed, a lead's device what it has not
// told its group yet, and everybody what was told in frames that they have not read yet.
// Must not know: how clients work.
#pragma once

#include "tests/sim/channel_history.hpp"
#include "tests/sim/closure.hpp"

namespace porchlight::sim {

/// From where on somebody who comes by an invite may read.
struct Start {
  std::uint32_t number = 0;
  std::uint32_t day = 0;
};

class ChannelSecrecy {
 public:
  ChannelSecrecy(World& world, Derivations& derivations, const ChannelHistory& history)
      : world_(world), derivations_(derivations), history_(history) {}

  // ---- what happens ----------------------------------------------------------------------------
  /// After ChannelHistory::on_kept() and before anything leaves the device.
  void on_kept(const Device& device, std::span<const client::Write> writes);
  /// That of an invite which this device makes now.
  Start start(const std::string& device, const client::ChannelId& channel) const;
  /// The device has an invite for `to`.
  void may_enter(const std::string& device, const client::ChannelId& channel, const std::string& to,
                 const Start& start);
  /// It follows a link to a group: its parcel says who invites.
  void may_know_people(const std::string& device) {
    invited_to_groups_.insert(device);
    expected_.insert(device);
  }
  /// Others of an audience must never hold this text, of 32 bytes at least.
  void is_of(const std::string& device, std::string_view text);
  /// All are at rest: who is in no list and in no group is out from the newest epoch on.
  void note_rest(const std::vector<Device>& devices);

  /// Of a vault that somebody copied.
  struct Copied {
    std::uint32_t card = 0;            // its owner's newest
    std::set<client::ChannelId> open;  // where it holds what a link gives, or what the group has
    std::map<client::ChannelId, std::uint32_t> renewed{};  // the epoch in which all knew a newer
  };
  Copied copied(const std::string& device, std::uint32_t card) const;
  void note_cards(const std::string& device, Copied& copy, const VerifyKey& identity) const;

  // ---- what must follow ------------------------------------------------------------------------
  using Explain = std::function<std::string(const Closure&, NodeId)>;
  /// The vault as it is, and everything that the relay received.
  void check_vault(const std::string& name, const Closure& closure, std::span<const NodeId> held,
                   const std::function<Closure()>& close_what_was_read, const Explain& explain);
  void check_leftovers(const std::string& name, const Closure& closure, std::uint32_t today,
                       const Explain& explain);
  /// Everything that it ever held; `invites` of the records of those it made.
  void check_ever(const std::string& name, const Closure& closure, std::span<const NodeId> invites,
                  const Explain& explain);
  void check_copy(const std::string& name, const Copied& copy, const Closure& closure,
                  const Explain& explain);
  /// Nobody's tag says which it was in another epoch.
  void check_tags() const;

  /// "the carry of epoch 3, channel 1f2e3d4c"; none for what is of no channel.
  std::optional<std::string> describe(const Node& node) const;

 private:
  struct Entry {
    client::ChannelId channel;
    std::uint32_t number = 0;
    EpochId id;
    std::uint32_t day = 0;
  };

  void learn(const std::string& device);
  bool was_of_the_group(const std::string& device, const client::ChannelId& channel) const;
  const Entry* find(const Node& node) const;
  std::optional<std::string> overdue(const ChannelHoldings::KeptChannel& channel,
                                     const Entry& entry, const Node& node) const;
  std::optional<std::string> trespass(const std::string& name, const Entry& entry,
                                      const Node& node) const;
  void check_isolation(const std::string& name, const Closure& closure, const Explain& explain);
  void mark(const std::string& device, ByteView value);

  World& world_;
  Derivations& derivations_;
  const ChannelHistory& history_;
  std::map<EpochId, Entry> entries_;
  std::map<NodeId, EpochId> families_;  // post secret
  std::map<std::pair<std::string, client::ChannelId>, Start> starts_;
  std::map<std::pair<std::string, client::ChannelId>, std::set<std::string>> links_;
  std::map<std::pair<std::string, client::ChannelId>, std::uint32_t> until_;  // an epoch's number
  std::map<NodeId, std::string> marks_;                                       // and whose it is
  std::map<client::ChannelId, GroupId> owners_;
  std::map<std::string, std::set<GroupId>> groups_;  // that a device was ever in
  std::set<std::string> invited_to_groups_;
  std::set<std::string> expected_;  // in a group: a Welcome may lie there before it is read
};

}  // namespace porchlight::sim
