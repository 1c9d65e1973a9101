// The state of one group: its roster, its epochs with their keys, its days. Data and the steps that
// keep it whole; what leads to a step, and what follows, is elsewhere.
// Must not know: messages, the outbox, clocks.
#pragma once

#include "client/core/days.hpp"
#include "client/core/epoch.hpp"
#include "client/core/frame_log.hpp"
#include "client/core/grants.hpp"
#include "client/core/views.hpp"
#include "client/core/welcome.hpp"

namespace porchlight::client {

/// The change that is the group's next epoch, whose fresh secret has not come yet. Never kept: its
/// envelope is read again until then.
struct Awaited {
  Change change;
  Bytes signed_epoch;
  std::uint64_t seq = 0;  // in the control mailbox
  PageKeys keys;          // of the page with this member's grant
  Digest page_hash;
  wire::MailboxAddress page_address;
  MailboxId page_mailbox;
  /// What came behind it in the control mailbox, to be read once it is adopted: Signed epochs by
  /// their seq. Above limits::control_behind_max the rest waits for another connection.
  std::map<std::uint64_t, Bytes> behind;
};

/// What this lead wants of the group and is not so yet. Kept: a change that loses a race is made
/// again.
struct Wishes {
  std::vector<VerifyKey> removals;
  std::vector<RoleChange> roles;
  std::vector<VerifyKey> keeps;  // whose lost removal (clause 10.9) is not to be made again
  bool rekey = false;

  bool empty() const { return removals.empty() && roles.empty() && !rekey; }
};

/// A removal that lost a race, of somebody who is still in (clause 10.9).
struct Contest {
  VerifyKey member;
  VerifyKey author;  // who wanted them out
};

/// This member has asked the leads for the state anew.
struct Asking {
  SealSeed one_time;             // what the Welcome is sealed to
  TimePoint asked;               // the last time
  std::vector<VerifyKey> leads;  // who was asked: nobody else may answer
  /// Of those who answered, one each: their states are still to come. None displaces another's.
  std::vector<Arrival> arrivals = {};
};

/// Somebody is in an epoch that is not known here yet: looked into once the control mailbox was
/// read.
struct Heard {
  VerifyKey member;
  std::uint32_t number = 0;
  EpochId epoch;
};

/// How an epoch ended.
struct Succession {
  EpochId by;
  /// In the control mailbox; 0 where a Welcome led past it, `unseen` where the relay's store was
  /// replaced and has not shown it again.
  std::uint64_t seq = 0;
  static constexpr std::uint64_t unseen = UINT64_MAX;
  std::uint32_t on_day = 0;      // when it was adopted here
  std::vector<VerifyKey> leads;  // of the epoch that ended
};

struct Epoch {
  Epoch(EpochHead epoch_head, EpochKeys keys);
  /// As it was kept.
  Epoch(EpochHead epoch_head, ControlKeys keys, wire::MailboxAddress address,
        AttributionKey attribution_key, DayRatchet ratchet);

  EpochHead head;
  ControlKeys control;  // collect and seal are zero once they are gone
  wire::MailboxAddress control_address;
  MailboxId control_mailbox;
  std::optional<Carry> carry;  // none once it was succeeded
  AttributionKey attribution;
  DayRatchet days;
  std::vector<VerifyKey> senders;  // who is in, ascending
  std::optional<Succession> succeeded;
  bool control_readable = true;  // collect and seal seeds are held
  std::uint32_t fresh_day = 0;   // of the newest fresh secret that its secret rests on
  /// Seen on the present connection; never kept.
  bool caught_up = false;
};

class Group {
 public:
  Group(Journal& journal, const GroupId& id) : frames(journal, id), journal_(journal), id_(id) {}

  const GroupId& id() const { return id_; }
  const std::string& name() const { return name_; }
  const Roster& roster() const { return roster_; }
  bool halted() const { return halted_; }
  /// A lead took this member out. What was read is kept for its time; nothing more comes or goes.
  bool removed() const { return removed_; }
  /// Nothing may leave: it is halted, this member is out, or the next epoch's keys have not come.
  bool is_still() const { return halted_ || removed_ || awaited.has_value(); }
  /// No message may leave: it is still, or somebody is in whom a lead wanted out, or it is split.
  bool is_mute() const { return is_still() || !contests_.empty() || split_; }
  /// The relay holds another next epoch than the one that was adopted here: no message leaves until
  /// there is a newer one.
  void split();
  /// Where the epochs' successions lie in a new store is not known.
  void forget_succession_seqs();
  /// What `epoch` was succeeded by lies there.
  void find_succession(Epoch& epoch, std::uint64_t seq);
  /// By number, oldest first; never empty.
  std::map<std::uint32_t, Epoch>& epochs() { return epochs_; }
  const std::map<std::uint32_t, Epoch>& epochs() const { return epochs_; }
  Epoch& newest() { return epochs_.rbegin()->second; }
  const Epoch& newest() const { return epochs_.rbegin()->second; }
  Epoch* find_epoch(std::uint32_t number);

  /// The first epoch here: of a group founded, or joined by a Welcome.
  void begin(const Change& change, EpochKeys keys);
  /// The next epoch: n's days are entered up to its day + 1, and n's carry and day secret go.
  void adopt(const Change& change, EpochKeys keys, std::uint64_t seq, std::uint32_t today);
  /// A later epoch, by a Welcome: what is held of the newest one is read to its end.
  void resume(const Change& change, EpochKeys keys, std::uint32_t today);
  void halt();
  /// The next epoch is without this member.
  void leave(const Change& change, std::uint64_t seq, std::uint32_t today);
  /// Drops everything but frames: this member is about to begin() in it once more. Gives the
  /// mailboxes that are read no more.
  std::vector<MailboxId> clear();
  /// Nothing of it is kept; after clear().
  void erase();
  /// Whether this sender had been taken out by that hour, by the relay's clock. What it sent in the
  /// hour of its removal counts where it came before that.
  bool was_out(const VerifyKey& sender, std::uint32_t hour) const;
  /// Numbers of the newest epochs that took anybody out, and that ended anybody's lead: what was
  /// drawn before is known to who must not know it. 0 where there is none.
  std::uint32_t removal_epoch() const { return removal_epoch_; }
  std::uint32_t lead_loss_epoch() const { return lead_loss_epoch_; }
  const Wishes& wishes() const { return wishes_; }
  void set_wishes(Wishes wishes);
  /// As Roster::renew_card, also where the next state is held already.
  bool renew_card(const SignedCard& card);
  /// This member asked to be taken out, at that time the last.
  const std::optional<TimePoint>& leaving() const { return leaving_; }
  void set_leaving(TimePoint asked);
  /// The rules of conduct that this member accepted last; none where it never did.
  const std::optional<RulesHash>& accepted_rules() const { return accepted_rules_; }
  void accept_rules(const RulesHash& rules);
  /// Whether `member` led in that epoch: what a lead said before they went stands.
  bool led(const Epoch& epoch, const VerifyKey& member) const;
  const std::vector<Contest>& contests() const { return contests_; }
  const Contest* find_contest(const VerifyKey& member) const;
  void set_contests(std::vector<Contest> contests);
  const std::optional<Asking>& asking() const { return asking_; }
  void set_asking(std::optional<Asking> asking);
  /// This member is asking, and was answered; it takes the place of what the same author sent.
  void put_arrival(Arrival arrival);
  /// What that author sent does not hold.
  void drop_arrival(const VerifyKey& author);
  /// The states on their way. Valid until asking() changes.
  std::span<Arrival> arrivals() {
    return asking_ ? std::span(asking_->arrivals) : std::span<Arrival>();
  }
  std::span<const Arrival> arrivals() const { return const_cast<Group*>(this)->arrivals(); }

  /// Enters every day up to `today`, and up to the epoch's own, in the newest epoch.
  void enter_days(std::uint32_t today, std::uint32_t keep_from);
  /// As Day::find_chain, null also for who was not in then.
  static const Chain* find_chain(const Epoch& epoch, const Day& day, const VerifyKey& sender,
                                 std::optional<Chain>& unused);
  /// A message key of a day was used.
  void commit(Epoch& epoch, std::uint32_t day, const VerifyKey& sender, Chain::Step step);
  void mark_complete(Epoch& epoch, std::uint32_t day);
  /// The day on which this group's members send: the newest of today and the epoch's own, that was
  /// entered.
  std::uint32_t sending_day(std::uint32_t today) const;

  /// Drops complete days before `day`; gives their mailboxes.
  std::vector<MailboxId> leave_days_before(std::uint32_t day);
  /// Drops what an epoch's succession allows to drop by `today`; gives the control mailboxes that
  /// are read no more.
  std::vector<MailboxId> age(std::uint32_t today);

  /// One record of Table::groups that is not a frame's; `rest` is its key behind kind and group.
  bool load(char kind, ByteView rest, ByteView value);
  /// Whether what was loaded is a group.
  bool is_whole() const { return !epochs_.empty() && roster_.size() > 0 && !name_.empty(); }

  FrameLog frames;
  std::optional<Awaited> awaited;
  const std::optional<Heard>& heard() const { return heard_; }
  void set_heard(std::optional<Heard> heard);

  /// A change made here that is not settled yet. Never kept: after a restart it is proposed again
  /// once the control mailbox was read.
  struct Proposal {
    std::optional<std::uint64_t> stored_seq;  // at the relay, not yet read back
    std::optional<std::uint64_t>
        refused_newest;  // somebody was first: what the mailbox's newest is
    unsigned refusals = 0;
    unsigned attempts = 0;
  } proposal;

 private:
  void save_head();
  /// What is other than in `before`.
  void save_roster(const Roster& before);
  void save_entry(const RosterEntry& entry);
  void save_wishes();
  void save_asking();
  void save_epoch(const Epoch& epoch);
  void erase_epoch(const Epoch& epoch);
  void save_senders(const Epoch& epoch);
  void save_day(const Epoch& epoch, std::uint32_t number, const Day& day);
  void save_chain(const Epoch& epoch, std::uint32_t day, const VerifyKey& sender,
                  const Chain& chain);
  void erase_day(const Epoch& epoch, std::uint32_t number, const Day& day);
  void enter(Epoch& epoch, std::uint32_t last, std::uint32_t keep_from);
  /// n's days are entered up to the change's day + 1, and its carry and day secret go.
  void succeed(const Change& change, std::uint64_t seq, std::uint32_t today);
  Epoch& emplace(const Change& change, EpochKeys keys, std::uint32_t fresh_day);
  bool load_head(ByteView value);
  bool load_entry(ByteView rest, ByteView value);
  bool load_wishes(ByteView value);
  bool load_asking(ByteView value);
  bool load_epoch(ByteView rest, ByteView value);
  bool load_senders(ByteView rest, ByteView value);
  bool load_day(ByteView rest, ByteView value);
  bool load_chain(ByteView rest, ByteView value);

  Journal& journal_;
  GroupId id_;
  std::string name_;
  Roster roster_;
  bool halted_ = false;
  bool removed_ = false;
  bool split_ = false;
  std::uint32_t removal_epoch_ = 0;
  std::uint32_t lead_loss_epoch_ = 0;
  Wishes wishes_;
  std::optional<Asking> asking_;
  std::optional<Heard> heard_;
  std::vector<Contest> contests_;
  std::optional<TimePoint> leaving_;
  std::optional<RulesHash> accepted_rules_;
  /// Who was taken out while this member was in, and in which hour; at most so many, the newest.
  std::map<VerifyKey, std::uint32_t> out_;
  std::map<std::uint32_t, Epoch> epochs_;
};

}  // namespace porchlight::client
