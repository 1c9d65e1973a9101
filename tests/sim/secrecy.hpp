// The invariants of erasure and of boundaries, by computing what an adversary can derive: whoever
// takes a vault now, whoever kept everything a device ever held, whoever copied a vault and waits,
// whoever saw every invite's link; each together with everything that the relay ever received.
//
// What a vault may still hold of an epoch it has adopted (clauses 10.5, 11.1, 11.3 and 12.2): the
// newest epoch's carry and the secret of the next day that was not entered; control and attribution
// keys as long as the epoch's record stands; keys to drop with
// (4.8) for a week; the keys of a day that was entered and not left;
// chains from their next counter on, and the message keys of skipped counters; `fresh`, which lies
// at the relay sealed to one's card. Nothing else, and no key of a message that was read or sent.
// Must not know: how clients work.
#pragma once

#include "tests/sim/channel_secrecy.hpp"
#include "tests/sim/closure.hpp"
#include "tests/sim/epoch_names.hpp"
#include "tests/sim/history.hpp"

namespace porchlight::sim {

class Secrecy {
 public:
  Secrecy(World& world, const ChannelHistory& channels)
      : world_(world), recording_(derivations_), channels_(world, derivations_, channels) {}

  ChannelSecrecy& channels() { return channels_; }

  /// The relay has received this.
  void on_envelope(ByteView envelope);
  /// `device` keeps these now.
  void on_kept(const Device& device, std::span<const client::Write> writes);
  /// None before it has kept anything.
  std::optional<VerifyKey> identity(const std::string& device) const;
  /// Of what `device` holds of the group.
  std::set<VerifyKey> contested(const std::string& device, const GroupId& group) const;
  /// Somebody copies this vault as it is now, and waits.
  void copy_vault(const std::string& device);

  /// After every step: the vaults that have changed since.
  void check_vaults();
  /// What was kept for good, and the copies that were taken.
  void check_boundaries();
  /// All devices are at rest: what anybody makes from now on is sealed to the cards they know.
  void note_cards();
  void note_channels(const std::vector<Device>& devices) { channels_.note_rest(devices); }
  /// All devices are at rest, and have compared their clocks: what is over by `today` is gone.
  void check_leftovers(std::uint32_t today);

 private:
  struct Copy {
    std::string device;
    TimePoint when;
    std::vector<NodeId> held;
    std::map<GroupId, std::uint32_t> newest;     // epoch
    std::uint32_t card = 0;                      // its owner's newest
    bool waits = false;                          // a Welcome may come that it opens
    std::map<GroupId, std::uint32_t> renewed{};  // the epoch in which all knew a newer card
    ChannelSecrecy::Copied channels{};
  };

  Closure close(std::span<const NodeId> held, const char* where, Closure::Locked locked = {}) const;
  bool is_unread(const Holdings& device, NodeId key) const;
  /// Why a vault must not hold this any more; none where it may.
  std::optional<std::string> overdue(const Holdings& device, const Node& node) const;
  std::optional<std::string> overdue_of_a_day(const Holdings& device,
                                              const EpochNames::Entry& epoch,
                                              const Node& node) const;
  void check_vault(const std::string& name, const Holdings& device);
  /// Nobody speaks in front of whom a lead wanted out.
  void check_tongue(const std::string& name, const std::set<VerifyKey>& before,
                    const std::set<VerifyKey>& after);
  /// What somebody said in the hour in which they were taken out, or later, is passed over by whom
  /// knows of it.
  void check_late_frame(const std::string& name, const Holdings& device,
                        const Holdings::KeptFrame& frame);
  /// Keys of epochs alone that `identity` stands in.
  void check_member(const std::string& who, const Closure& closure,
                    const std::optional<VerifyKey>& identity);
  void check_copy(const Copy& copy);
  /// The first epoch in which a copy is of no more use: its owner is out, or it was made with a
  /// fresh secret by somebody who knew a card of theirs that is newer than the copy (clause 8.4).
  std::optional<std::uint32_t> healed_at(const Copy& copy, const GroupId& group) const;
  std::string explain(const Closure& closure, NodeId id) const;
  ChannelSecrecy::Explain explainer() const;
  std::string describe(const Node& node) const;

  World& world_;
  Derivations derivations_;
  Recording recording_;
  ChannelSecrecy channels_;
  EpochNames names_;
  std::map<std::string, Holdings> devices_;
  std::set<std::string> changed_;
  std::vector<NodeId> received_;  // by the relay
  std::vector<Copy> copies_;
};

}  // namespace porchlight::sim
