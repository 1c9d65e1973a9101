// The state of one channel (clause 14), on either side: its epochs with their keys, its days; for
// the group what it speaks with, and who is in the audience. Data and the steps that keep it whole;
// what leads to a step, and what follows, is elsewhere.
// Must not know: messages, the outbox, clocks.
#pragma once

#include "client/core/audience.hpp"
#include "client/core/channel_welcome.hpp"
#include "client/core/frame_log.hpp"
#include "client/core/group.hpp"

namespace porchlight::client {

/// What the group holds of a day beside its audience.
struct ChannelDayOfGroup {
  PostDayKeys keys;
  wire::MailboxAddress reply_address;
  MailboxId reply_mailbox;
  bool reply_complete = false;
};

/// An entered day of an epoch: its mailbox and, for the group, its reply mailbox.
struct ChannelDay {
  ChannelDayKeys keys;
  wire::MailboxAddress address;
  MailboxId mailbox;
  /// CaughtUp was seen after a whole day had passed since.
  bool complete = false;
  bool caught_up = false;  // seen on the present connection; never kept
  std::optional<ChannelDayOfGroup> group;
};

/// What the group holds of an epoch beside its audience: what it speaks with.
struct ChannelPost {
  PostSeed post;
  AttributionKey attribution;
  MadeUnderKey made_under_key;
  DoorKeys door;  // zero once it is closed
  /// Numbers of the group's epochs in which these were drawn, and in which the root was.
  std::uint32_t made_under = 0;
  std::uint32_t root_made_under = 0;
  std::optional<PostDaySecret> next;  // of the first day that was not entered
};

struct ChannelEpoch {
  ChannelHead head;
  /// None where the epoch is known by a lead's announcement alone; then `head` holds what that
  /// says, and neither days nor what its grants need.
  Bytes signed_epoch;
  VerifyKey signed_by;
  SigningSeed ctl_collect;  // zero once they are gone
  SealSeed ctl_seal;
  wire::MailboxAddress control_address;
  MailboxId control_mailbox;
  std::optional<Carry> carry;     // none once it was succeeded
  std::optional<DaySecret> next;  // of `next_day`; the same
  std::uint32_t next_day = 0;     // the first that was not entered
  std::map<std::uint32_t, ChannelDay> days;
  std::optional<ChannelPost> post;
  std::optional<Succession> succeeded;
  bool control_readable = true;
  /// For the group.
  std::optional<wire::MailboxAddress> door_address;
  MailboxId door_mailbox;
  bool door_caught_up = false;  // seen on the present connection; never kept
  bool caught_up = false;       // seen on the present connection; never kept

  /// The last day of which it states the keys.
  std::uint32_t last_day() const { return head.day + limits::channel_days - 1; }
  /// Whether what the relay stored then came after its end: whoever speaks has read that before.
  bool is_over_by(std::uint64_t seq) const;
};

/// The keys of an epoch, as whoever made it tells them to the group: for the next one before it is
/// there, for the newest whoever is new.
struct ChannelAnnouncement {
  ChannelHead head;  // what an announcement says of it
  ChannelReading reading;
  ChannelPost post;  // `next` is that of the day after reading.day
  PostDayKeys today;
  std::vector<Bytes> left_out = {};  // 16 bytes each
  /// The epoch is there, and not only proposed.
  bool stands = false;

  /// Whether it is of this very epoch, as that was signed.
  bool fits(const ChannelHead& signed_head) const;
};

/// The change that is the channel's next epoch, whose keys have not come yet. Never kept: its
/// envelope is read again until then.
struct AwaitedChannel {
  ChannelHead head;
  Bytes signed_epoch;
  std::uint64_t seq = 0;
  /// For the audience: where a grant for this device may lie, and under which tag.
  struct Page {
    std::uint32_t number = 0;
    GrantTag tag;
    GrantPageKeys keys;
    MailboxId mailbox;
    bool caught_up = false;
  };
  std::vector<Page> pages;
};

/// Of an audience's own: as what it is in.
struct AudiencePart {
  Bytes request;      // Signed JoinRequest
  TagKey tag_key;     // the request's
  SealSeed one_time;  // the request's
  bool request_stored = false;
  /// Keys did not come: what a Welcome is to be sealed to, and when it was asked for last.
  struct Asking {
    SealSeed one_time;
    TimePoint asked;
  };
  std::optional<Asking> asking;
  /// Until a grant of one's own came: as the invite's holder.
  struct ByInvite {
    InviteId invite;
    SealSeed seal;
    TagKey tag;
    SigningSeed join;
  };
  std::optional<ByInvite> by_invite;
  std::uint32_t card_version = 0;  // the newest that the group was told
};

/// Of the group's: what it knows and wants.
struct OwnerPart {
  GroupId group;
  std::map<VerifyKey, RootSeed> roots;  // that were given to this member, as a lead
  /// The audience as it was before one came was told, and the newest epoch itself.
  bool has_list = false;
  bool wants_rekey = false;  // within a day
  /// Of the change that is under way: in the outbox.
  std::optional<ChannelSalt> page_salt;
  std::optional<ListSeed> list_seed;  // of a list that is being shared
};

class Channel {
 public:
  Channel(Journal& journal, const ChannelId& id)
      : audience(journal, id), frames(journal, id, Table::channels), journal_(journal), id_(id) {}

  const ChannelId& id() const { return id_; }
  const std::string& name() const { return newest().head.name; }
  /// Exactly one of the two is there.
  std::optional<OwnerPart> owner;
  std::optional<AudiencePart> reader;
  /// After a change to either.
  void save_head();

  bool halted() const { return halted_; }
  void halt();
  /// As a group's.
  void forget_succession_seqs();
  /// This member is out of it, or of its group: nothing more comes or goes.
  bool over() const { return over_; }
  bool is_still() const { return halted_ || over_ || awaited.has_value(); }

  std::map<std::uint32_t, ChannelEpoch>& epochs() { return epochs_; }
  const std::map<std::uint32_t, ChannelEpoch>& epochs() const { return epochs_; }
  ChannelEpoch& newest() { return epochs_.rbegin()->second; }
  const ChannelEpoch& newest() const { return epochs_.rbegin()->second; }
  ChannelEpoch* find_epoch(std::uint32_t number);

  /// The first epoch held, of whoever made, joins or is told of the channel.
  void begin(const ChannelHead& head, ChannelReading reading);
  /// The same for the group.
  void begin(ChannelAnnouncement announcement);
  /// The next one, or for the group one further on. `seq` as in Succession.
  void adopt(const ChannelHead& head, ChannelReading reading, std::uint64_t seq,
             std::uint32_t today);
  void adopt(ChannelAnnouncement announcement, std::uint64_t seq, std::uint32_t today);
  /// The newest epoch as it was signed, where only its announcement was known.
  void learn(const ChannelHead& head, const Bytes& signed_epoch, const VerifyKey& signed_by);
  /// Somebody of its audience is in its group from now on.
  void change_sides(const GroupId& group, ChannelAnnouncement announcement);
  void end();
  /// Nothing of it is kept. Gives the mailboxes that are read no more.
  std::vector<MailboxId> erase();

  /// Announcements of epochs that are not there yet.
  const std::map<EpochId, ChannelAnnouncement>& offered() const { return offered_; }
  void offer(ChannelAnnouncement announcement);
  std::optional<ChannelAnnouncement> take_offered(const EpochId& epoch);
  /// Whether the newest can be handed on: its keys have not run out.
  bool can_share() const;
  /// What the newest is announced with to whoever is new, from the last day that was entered on.
  ChannelAnnouncement announcement() const;
  /// What of it the audience gets.
  ChannelReading reading() const;

  /// Enters every day up to `today`, as far as the newest epoch states them.
  void enter_days(std::uint32_t today, std::uint32_t keep_from);
  /// On which is sent: the newest that was entered and is not after today or the epoch's own; none
  /// where its keys have run out.
  std::optional<std::uint32_t> sending_day(std::uint32_t today) const;
  void mark_complete(ChannelEpoch& epoch, std::uint32_t day);
  void mark_reply_complete(ChannelEpoch& epoch, std::uint32_t day);
  std::vector<MailboxId> leave_days_before(std::uint32_t day);
  std::vector<MailboxId> age(std::uint32_t today);

  /// Requests by invites into the audience that no lead has answered, and since when.
  struct Waiting {
    Bytes request;
    TimePoint since;
  };
  const std::map<AudienceId, Waiting>& waiting() const { return waiting_; }
  void wait(const AudienceId& id, Waiting waiting);
  void stop_waiting(const AudienceId& id);

  bool load(char kind, ByteView rest, ByteView value);
  bool is_whole() const { return !epochs_.empty() && owner.has_value() != reader.has_value(); }

  Audience audience;  // for the group
  /// Whom this device let in, in which epoch, and who has not asked for keys since; until the
  /// second change after it. Never kept.
  std::map<AudienceId, std::uint32_t> added_here;
  FrameLog frames;
  std::optional<AwaitedChannel> awaited;
  /// The audience's list on its way. What came of it is not kept, but where it is: it is announced
  /// each week alone.
  struct Arriving {
    std::vector<ListPageKeys> keys;
    std::vector<Digest> hashes;
    std::vector<MailboxId> mailboxes;
    std::vector<std::optional<Bytes>> payloads;
  };
  std::optional<Arriving> arriving;
  void await_list(const ListSeed& seed, std::vector<Digest> hashes);
  void forget_list();
  Group::Proposal proposal;  // as a group's

 private:
  void save_epoch(const ChannelEpoch& epoch);
  void erase_epoch(const ChannelEpoch& epoch);
  void save_day(const ChannelEpoch& epoch, std::uint32_t number, const ChannelDay& day);
  void erase_day(const ChannelEpoch& epoch, std::uint32_t number);
  ChannelEpoch& emplace(const ChannelHead& head, ChannelReading reading,
                        std::optional<ChannelPost> post, std::optional<PostDayKeys> today);
  static void open_door(ChannelEpoch& epoch);
  void add_day(ChannelEpoch& epoch, std::uint32_t number, ChannelDayKeys keys,
               std::optional<PostDayKeys> post);
  void enter(ChannelEpoch& epoch, std::uint32_t last, std::uint32_t keep_from);
  void succeed(const ChannelHead& head, std::uint64_t seq, std::uint32_t today);
  void forget_epochs();
  bool load_head(ByteView value);
  bool load_epoch(ByteView rest, ByteView value);
  bool load_day(ByteView rest, ByteView value);
  bool load_offered(ByteView rest, ByteView value);
  bool load_waiting(ByteView rest, ByteView value);
  bool load_list(ByteView value);
  void place_list(const ListSeed& seed, std::vector<Digest> hashes);

  Journal& journal_;
  ChannelId id_;
  bool halted_ = false;
  bool over_ = false;
  std::map<std::uint32_t, ChannelEpoch> epochs_;
  std::map<EpochId, ChannelAnnouncement> offered_;
  std::map<AudienceId, Waiting> waiting_;
};

/// Between an announcement and its body (clause 14.5). Its secrets are wiped from the body by
/// whoever is done with it.
void write_announcement(const ChannelAnnouncement& announcement, wire::ChannelKeys& body);
/// 'malformed' for fields of impossible sizes.
Result<ChannelAnnouncement> read_announcement(wire::ChannelKeys& body);

}  // namespace porchlight::client
