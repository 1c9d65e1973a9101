// What one device's vault says of channels, in plain: its epochs and days, whom it has in the
// audience, what it leads with.
// Must not know: which secrets occur where, what others hold.
#pragma once

#include <map>
#include <set>
#include <span>

#include "client/core/audience.hpp"
#include "client/core/record.hpp"

namespace porchlight::sim {

class ChannelHoldings {
 public:
  struct KeptEpoch {
    EpochId id;
    std::uint32_t day = 0;
    std::uint32_t next_day = 0;  // the first that was not entered
    VerifyKey root;
    std::uint32_t made_under = 0;
    std::optional<std::uint32_t> succeeded_on;
    std::uint64_t successor_seq = 0;  // where it is; 0 where that is not known
    Bytes post;                       // 32, its seed, at the group's
    std::set<std::uint32_t> days;
  };
  struct Owner {
    GroupId group;
    std::set<VerifyKey> roots;
    bool has_list = false;
  };
  struct Reader {
    client::AudienceId id;
    client::TagKey tag_key;
    bool by_invite = false;  // it still holds what the link gives
  };
  struct KeptChannel {
    bool over = false;
    std::optional<Owner> owner;
    std::optional<Reader> reader;
    std::map<std::uint32_t, KeptEpoch> epochs;
    std::set<Bytes> read;                      // hashes of what was said
    std::map<VerifyKey, std::uint32_t> cards;  // of the audience: the newest that is known
    /// As somebody listed, with one tag key: in how many it came by a grant of its own.
    std::map<client::TagKey, std::uint32_t> granted;

    const KeptEpoch* newest() const { return epochs.empty() ? nullptr : &epochs.rbegin()->second; }
    bool can_lead() const {
      return owner && owner->has_list && newest() != nullptr && !over &&
             owner->roots.contains(newest()->root);
    }
    /// Whether nothing stands for the newest epoch of `speaker` that this reader could know to be
    /// the channel's: root has followed root, and only a new invite brings them back.
    bool has_lost_the_root(const KeptChannel& speaker) const;
  };

  /// What was said in an epoch in a later hour than the next one was made, and is taken now all the
  /// same: the epoch's number.
  std::optional<std::uint32_t> reads_too_late(const client::Write& write) const;
  /// These are kept from now on.
  void apply(std::span<const client::Write> writes);

  const std::map<client::ChannelId, KeptChannel>& all() const { return channels_; }
  const KeptChannel* find(const client::ChannelId& id) const;
  /// It holds the seed of somebody's link, or did not finish with one.
  bool is_joining() const { return !joins_.empty(); }
  /// It holds what it has not told its group yet of this epoch.
  bool is_telling(const EpochId& epoch) const;

 private:
  void read_message(const client::Write& write);
  void read(ByteView key, const std::optional<SecretBytes>& value);
  static void read_head(KeptChannel& channel, ByteView value);
  static void read_epoch(KeptChannel& channel, std::uint32_t number, ByteView value);

  std::map<client::ChannelId, KeptChannel> channels_;
  std::set<Bytes> joins_;
  std::map<Bytes, EpochId> untold_;
  std::map<std::pair<client::ChannelId, client::AudienceId>, VerifyKey> listed_;
};

}  // namespace porchlight::sim
