// The state of one group: its roster, its epochs with their keys, its days. Data and the steps that
// keep it whole; what leads to a step, and what follows, is elsewhere.
// Must not know: messages, the outbox, clocks.
#pragma once

#include "client/core/days.hpp"
#include "client/core/epoch.hpp"
#include "client/core/frame_log.hpp"

namespace porchlight::client {

/// How an epoch ended.
struct Succession {
  EpochId by;
  std::uint64_t seq = 0;     // in the control mailbox
  std::uint32_t on_day = 0;  // when it was adopted here
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
  std::optional<Succession> succeeded;
  bool control_readable = true;  // collect and seal seeds are held
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
  void halt();

  /// Enters every day up to `today`, and up to the epoch's own, in the newest epoch.
  void enter_days(std::uint32_t today, std::uint32_t keep_from);
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
  void save_roster();
  void save_epoch(const Epoch& epoch);
  void erase_epoch(const Epoch& epoch);
  void save_day(const Epoch& epoch, std::uint32_t number, const Day& day);
  void save_chain(const Epoch& epoch, std::uint32_t day, const VerifyKey& sender,
                  const Chain& chain);
  void erase_day(const Epoch& epoch, std::uint32_t number, const Day& day);
  void enter(Epoch& epoch, std::uint32_t last, std::uint32_t keep_from);
  bool load_roster(ByteView value);
  bool load_epoch(ByteView rest, ByteView value);
  bool load_day(ByteView rest, ByteView value);
  bool load_chain(ByteView rest, ByteView value);

  Journal& journal_;
  GroupId id_;
  std::string name_;
  Roster roster_;
  bool halted_ = false;
  std::map<std::uint32_t, Epoch> epochs_;
};

}  // namespace porchlight::client
