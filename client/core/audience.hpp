// Who is in a channel's audience, as the group keeps it (clause 14.10): people and open invites.
// Grows by what whoever leads says in the group; who was removed stays removed, in whatever order
// that came, so all devices come to the same.
// Must not know: epochs, frames.
#pragma once

#include <map>
#include <set>

#include "client/core/audience_grants.hpp"
#include "client/core/card.hpp"
#include "client/core/journal.hpp"
#include "client/core/views.hpp"

namespace porchlight::client {

/// Of a person the hash of their JoinRequest; of an invite H("audience invite", invite id).
using AudienceId = FixedBytes<struct AudienceIdTag, 32>;
AudienceId audience_id(const RequestHash& request);
AudienceId audience_id(const InviteId& invite);

/// What is known of an open invite alone.
struct AudienceInvite {
  VerifyKey by;  // of the group: knows the link
  VerifyKey join_key;
  TimePoint expires;  // by the relay's clock
  std::uint32_t uses = 1;
};

struct AudienceEntry {
  AudienceId id;
  std::string name;  // of an invite: whom it is for
  SealKey seal_key;  // of the newest card
  TagKey tag_key;
  InviteId invite;  // by which they came, or which it is
  std::uint32_t card_version = 0;
  std::optional<VerifyKey> identity;      // of a person
  std::optional<AudienceInvite> invited;  // of an invite
};

/// What a person of it compares with somebody of the group: as clause 9.6, with the channel's id in
/// place of an inviter's.
SafetyWords audience_words(const ChannelId& channel, const AudienceEntry& person);

class Audience {
 public:
  Audience(Journal& journal, const ChannelId& channel) : journal_(journal), channel_(channel) {}

  /// False for one that was removed, is there, or for which there is no room.
  bool add(AudienceEntry entry);
  /// Whether that changes anything. It is `due` until an epoch leaves it out.
  bool remove(const AudienceId& id);
  /// An invite for one person by whom somebody came: who has its link is in, and nobody else has to
  /// be kept from reading. To be called after either was added, as either may come first.
  void remove_used(const InviteId& invite);
  /// False where nobody of this identity is there or the card is not newer.
  bool renew_card(const Card& card);
  /// These an epoch has left out, by the first 16 bytes of their ids.
  void settle(std::span<const Bytes> left_out);

  const std::map<AudienceId, AudienceEntry>& entries() const { return entries_; }
  const AudienceEntry* find(const AudienceId& id) const;
  /// A person; their newest entry where there are several.
  const AudienceEntry* find(const VerifyKey& identity) const;
  const AudienceEntry* find_invite(const InviteId& invite) const;
  bool was_removed(const AudienceId& id) const { return removed_.contains(id); }
  std::size_t count_people() const;
  /// How many came by this invite.
  std::size_t count_by(const InviteId& invite) const;
  /// Somebody who came by it; none where nobody did who is still in.
  std::optional<AudienceId> find_by(const InviteId& invite) const;
  /// Removed, and perhaps still able to read: an epoch has to leave them out.
  std::vector<AudienceId> due() const;
  std::vector<AudienceId> removed() const;
  std::vector<GrantReader> readers() const;
  /// The name of an entry, told apart from the same name that stands earlier by id: "Ana", "Ana
  /// (2)".
  std::string display_name(const AudienceId& id) const;

  /// One record of Table::channels; `rest` is its key behind kind and channel.
  bool load_entry(ByteView rest, ByteView value);
  bool load_removed(ByteView rest, ByteView value);
  void erase_all();

 private:
  struct Removed {
    bool due = true;
    std::uint64_t number = 0;  // rises: the oldest goes first
  };
  void save(const AudienceEntry& entry);
  void save(const AudienceId& id, const Removed& removed);
  void put_in(AudienceEntry entry);
  void take_out(const AudienceEntry& entry);

  Journal& journal_;
  ChannelId channel_;
  std::map<AudienceId, AudienceEntry> entries_;
  std::map<AudienceId, Removed> removed_;
  std::map<std::string, std::set<AudienceId>> by_name_;    // of entries_
  std::map<VerifyKey, std::set<AudienceId>> by_identity_;  // the same: people
  std::uint64_t next_number_ = 1;
};

// ---- the whole of it, for who has not seen it grow ---------------------------------------------

struct ListPage {
  Digest hash;  // H("audience page", payload)
  wire::MailboxAddress address;
  Bytes envelope;  // 65,536 bytes
};
/// At most limits::audience_pages_max. With the newest epoch, Signed by `signed_by`.
std::vector<ListPage> make_audience_list(const Audience& audience, ByteView signed_epoch,
                                         const VerifyKey& signed_by, const ListSeed& seed);
/// The payload of an envelope from a page's mailbox, where it is the one that `hash` names.
std::optional<Bytes> open_list_page(const ListPageKeys& keys, ByteView envelope,
                                    const Digest& hash);

struct AudienceContent {
  std::vector<AudienceEntry> entries;
  std::vector<AudienceId> removed;
  Bytes signed_epoch;  // not verified
  VerifyKey signed_by;
};
/// The payloads one after the other. 'malformed' for what cannot be.
Result<AudienceContent> read_audience_list(ByteView payloads);

}  // namespace porchlight::client
