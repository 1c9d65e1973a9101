// What one device's vault holds, in plain: which secrets occur in its records, and what the records
// themselves say of epochs, days, chains and frames that were read.
// Must not know: what follows from it, what others hold.
#pragma once

#include <map>
#include <set>
#include <span>
#include <tuple>

#include "client/core/record.hpp"
#include "tests/sim/derivations.hpp"

namespace porchlight::sim {

class Holdings {
 public:
  using EpochPlace = std::pair<GroupId, std::uint32_t>;                // number
  using DayPlace = std::tuple<GroupId, std::uint32_t, std::uint32_t>;  // and day
  using ChainPlace = std::pair<DayPlace, VerifyKey>;                   // and sender
  using FramePlace = std::pair<ChainPlace, std::uint32_t>;             // and counter
  struct KeptEpoch {
    EpochId id;
    std::uint32_t day = 0;
    std::uint32_t next_day = 0;  // the first that was not entered
    std::optional<std::uint32_t> succeeded_on;
    std::uint64_t successor_seq = 0;  // where it is
  };
  /// A frame that was accepted, or made here.
  struct KeptFrame {
    FramePlace place;
    std::uint64_t seq = 0;  // 0 until it comes back
  };
  struct KeptChain {
    std::uint32_t next = 0;
    std::set<std::uint32_t> skipped;
  };

  /// None for another record, and for a frame that was passed over or is missing.
  static std::optional<KeptFrame> read_frame(const client::Write& write);

  explicit Holdings(const Derivations& derivations) : derivations_(derivations) {}

  /// These are kept from now on.
  void apply(std::span<const client::Write> writes);

  /// Of all records as they are now.
  std::vector<NodeId> now() const;
  /// Of all records that ever were.
  const std::vector<NodeId>& ever() const { return ever_; }
  /// Of all records of invites that ever were: the seeds in their links.
  const std::vector<NodeId>& invites_ever() const { return invites_ever_; }

  const std::map<EpochPlace, KeptEpoch>& epochs() const { return epochs_; }
  const KeptEpoch* find_epoch(const EpochPlace& place) const;
  const KeptChain* find_chain(const ChainPlace& place) const;
  bool holds_day(const DayPlace& place) const { return days_.contains(place); }
  /// Whether it ever accepted the frame at this place, or sent it.
  bool has_read(const FramePlace& place) const { return read_.contains(place); }
  /// Whom a lead wanted out in a change that was not first, and who is in (clause 10.9).
  std::set<VerifyKey> contested(const GroupId& group) const;
  /// The number of the newest epoch that it holds of a group.
  std::optional<std::uint32_t> newest(const GroupId& group) const;
  std::set<GroupId> groups() const;
  /// The version of the newest card of this member that it knows; 0 without.
  std::uint32_t card_of(const GroupId& group, const VerifyKey& member) const;
  /// That of its own newest.
  std::uint32_t own_card() const { return own_card_; }
  /// It holds a key that somebody's Welcome may be sealed to.
  bool waits_for_a_welcome() const;
  const std::optional<VerifyKey>& identity() const { return identity_; }

 private:
  using Key = std::pair<client::Table, Bytes>;

  void read_group_record(ByteView key, const std::optional<SecretBytes>& value);

  const Derivations& derivations_;
  std::map<Key, std::vector<NodeId>> records_;
  std::vector<NodeId> ever_;
  std::set<NodeId> ever_set_;
  std::vector<NodeId> invites_ever_;
  std::map<EpochPlace, KeptEpoch> epochs_;
  std::set<DayPlace> days_;
  std::map<ChainPlace, KeptChain> chains_;
  std::map<GroupId, std::set<VerifyKey>> contested_;
  std::map<std::pair<GroupId, VerifyKey>, std::uint32_t> cards_;
  std::uint32_t own_card_ = 0;
  std::set<FramePlace> read_;
  std::optional<VerifyKey> identity_;
};

}  // namespace porchlight::sim
