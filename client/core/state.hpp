// The steps that involve more than one part of what the core holds. Core's public functions are
// thin over this; each .cpp beside it holds the steps of one subject.
// Must not know: what Core does not.
#pragma once

#include "client/core/channel_frame.hpp"
#include "client/core/holdings.hpp"
#include "client/core/place.hpp"

namespace porchlight::client {

/// The message in an inbox's envelope, if it is sealed to this key (state_people.cpp).
std::optional<wire::InboxMessage> open_inbox(const SealSeed& seed, ByteView envelope);

struct Core::State : Holdings {
  using Holdings::Holdings;

  /// Every record but Me's; 'malformed' for one that cannot be.
  Status load(std::vector<Record> records);

  // ---- mailboxes (state.cpp) -----------------------------------------------------------------
  /// Mostly one. But whoever knows a group's secrets can found another group on them, which then
  /// has the same mailboxes: each reads them for itself, and none can hide them from the other.
  std::vector<Place> locate(const MailboxId& mailbox);
  /// False when the envelope must be read again: by a newer version, or once more is known.
  bool deliver(const Place& place, const MailboxId& mailbox, std::uint64_t seq, ByteView envelope,
               TimePoint now);
  void caught_up(const Place& place, const MailboxId& mailbox, TimePoint now);
  std::vector<Subscription> collected() const;
  /// The seed that proves a right, for whoever signs at once.
  Result<Signature> prove(const wire::MailboxAddress& address, wire::MailboxRight right,
                          const Challenge& challenge) const;
  /// What another connection caught up with counts no more.
  void forget_caught_up();
  void tick(TimePoint now);

  std::vector<const Arrival*> arrivals() const;
  std::optional<SigningSeed> page_drop(const OutboxEntry& entry) const;

  // ---- changes to groups (state_control.cpp) -------------------------------------------------
  /// As deliver().
  bool deliver_control(Group& group, Epoch& epoch, std::uint64_t seq, ByteView envelope,
                       TimePoint now);
  bool take_change(Group& group, Change change, const Bytes& signed_epoch, std::uint64_t seq,
                   TimePoint now);
  void deliver_page(Group& group, ByteView envelope, TimePoint now);
  /// The keys of the awaited change did not come.
  void without_keys(Group& group, TimePoint now);
  void be_removed(Group& group, const Change& change, std::uint64_t seq, TimePoint now);
  void adopt(Group& group, const Change& change, const Bytes& signed_epoch, ByteView fresh,
             std::uint64_t seq, TimePoint now);
  void settle_request(const Group& group, const VerifyKey& member);
  void control_caught_up(Group& group, Epoch& epoch, TimePoint now);
  void enter_days(Group& group, TimePoint now);

  // ---- what this lead wants of groups (state_propose.cpp) ------------------------------------
  /// Proposes what is wanted, and new keys where they are due, if nothing is under way.
  void propose(Group& group, TimePoint now);
  FreshPart queue_pages(const Group& group, const Amendment& amendment, std::uint32_t day);
  void forget_proposal(const Group& group);
  Amendment wanted(const Group& group) const;
  static bool is_unwanted(const PendingRequest& pending, const Invite& invite);
  void forget_unwanted_approvals(const Group& group);
  std::vector<Addition> approved(const Group& group) const;
  std::uint32_t proposal_day(const EpochHead& head, TimePoint now) const;
  void settle_wishes(Group& group, const Change& change);
  void forget_approvals(const Group& group);
  Status wish(Group& group, Wishes wishes, TimePoint now);
  Result<Group*> led_group(const GroupId& id, std::string_view what);
  Result<VerifyKey> find_member(const Group& group, std::string_view name) const;
  Status remove_member(const GroupId& id, std::string_view name, TimePoint now);
  Status set_role(const GroupId& id, std::string_view name, wire::Role role, TimePoint now);
  Status rekey(const GroupId& id, TimePoint now);

  // ---- removals that lost a race (state_contest.cpp) -----------------------------------------
  void judge_beside(Group& group, Epoch& epoch, const Bytes& signed_epoch, std::uint64_t seq,
                    TimePoint now);
  void contest(Group& group, const VerifyKey& member, const VerifyKey& author, TimePoint now);
  void settle_contests(Group& group, const Change& change, TimePoint now);
  std::size_t count_undecided(const Group& group) const;
  void warn_of_contests(const Group& group, TimePoint now);
  std::string contest_text(const Group& group, const Contest& contest) const;
  Status keep_member(const GroupId& id, std::string_view name, TimePoint now);

  // ---- cards (state_cards.cpp) ---------------------------------------------------------------
  /// A new card each week.
  void renew_card(TimePoint now);
  /// Posts the newest card where the group does not have it, and drops it in its leads' inboxes.
  void tell_card(Group& group, TimePoint now);
  /// Erases the secrets of cards that nothing can come for any more.
  void retire_cards(TimePoint now);
  void receive_card(Group& group, const VerifyKey& sender, ByteView signed_card, TimePoint now);
  void receive_card_notice(ByteView signed_notice, TimePoint now);
  /// An epoch by this number here that has another id: the relay has split the group.
  void compare_history(Group& group, const VerifyKey& member, std::uint32_t number,
                       const EpochId& epoch, TimePoint now);

  // ---- leaving (state_leave.cpp) -------------------------------------------------------------
  Status leave_group(const GroupId& id, TimePoint now);
  void drop_group(Group& group, TimePoint now);
  void say_leave(Group& group, TimePoint now);
  void say_leave_again(Group& group, TimePoint now);
  void receive_leave(Group& group, const VerifyKey& sender, const wire::Leave& leave,
                     TimePoint now);

  // ---- catching up by a Welcome (state_catch_up.cpp) -----------------------------------------
  /// Asks the other leads for the state anew, once a day until it came. False where there is nobody
  /// to ask, or nothing to be had.
  bool ask_to_catch_up(Group& group, TimePoint now);
  std::vector<const RosterEntry*> leads_to_ask(const Group& group) const;
  void forget_asking(const Group& group);
  void receive_catch_up(const EnvelopeHash& envelope, ByteView signed_catch_up, TimePoint now);
  void settle_catch_up(const GroupId& group, const VerifyKey& member);
  std::vector<VerifyKey> refreshed(const Group& group) const;

  // ---- Welcomes and the state they lead into (state_welcome.cpp) -----------------------------
  std::vector<OutboxEntry> make_welcomes(const Change& change, const Bytes& signed_epoch,
                                         const EpochKeys& keys, TimePoint now);
  /// For who came by an event's invite.
  std::optional<wire::Token> take_enroll(const InviteId& invite, TimePoint now);
  bool has_state_pages(const OutboxEntry& welcome) const;
  void forget_old_welcomes();
  std::optional<Arrival> begin_arrival(std::span<const Arrival> known, ByteView signed_welcome,
                                       std::span<const VerifyKey> authors, std::uint64_t seq,
                                       TimePoint now);
  void refuse_welcome(const Error& why, TimePoint now);
  void receive_welcome(const MailboxId& parcel, Join& join, std::uint64_t seq,
                       ByteView signed_welcome, TimePoint now);
  void receive_refresh(Group& group, std::uint64_t seq, ByteView signed_welcome, TimePoint now);
  void deliver_state_page(const MailboxId& mailbox, ByteView envelope, TimePoint now);
  void state_page_caught_up(const MailboxId& mailbox, TimePoint now);
  void enter(const MailboxId& parcel, Join& join, TimePoint now);
  void go_on(Group& group, Arrival& arrival, TimePoint now);
  void follow_on(Group& group, const Change& change, TimePoint now);

  // ---- frames (state_frames.cpp) -------------------------------------------------------------
  void deliver_frame(Group& group, Epoch& epoch, std::uint32_t day, std::uint64_t seq,
                     ByteView envelope, TimePoint now);
  void day_caught_up(Group& group, Epoch& epoch, std::uint32_t day, TimePoint now);
  /// A complete body of one's own.
  void queue(Group& group, wire::Body body, TimePoint now);
  void receive_silently(Group& group, const StoredMessage& message, TimePoint now);
  /// Makes frames of what is queued, once the group is read to its end (clause 11.2).
  void flush(Group& group, TimePoint now);
  /// Whether a frame may leave now.
  bool may_leave(const OutboxEntry& entry) const;
  bool has_list_pages(const OutboxEntry& frame) const;
  void make_frame(Group& group, Epoch& epoch, std::uint32_t day, const StoredMessage& message,
                  TimePoint now);
  /// Frames that were not stored and are not for this epoch and day: they are to be made anew.
  void take_back_frames(const Group& group, std::uint32_t epoch, std::uint32_t day);
  void take_back_frames_of(const Group& group, const MessageId& message);
  void read_cites(Group& group, const Order& order, const VerifyKey& sender,
                  std::span<const Cite> cites, TimePoint now);
  bool is_past_retention(std::uint32_t day, TimePoint now) const;
  void miss(Group& group, const FrameHash& frame, FrameLog::Entry entry, const std::string& witness,
            TimePoint now);
  void warn_of_unknown_epochs(Group& group, TimePoint now);
  void warn_of_old_keys(const Group& group, TimePoint now);
  void own_frame_came_back(Group& group, const FrameHash& hash, FrameLog::Entry entry,
                           std::uint64_t seq, TimePoint now);
  void frame_stored(const OutboxEntry& entry, std::uint64_t seq, TimePoint now);
  void message_stored(const GroupId& group, const MessageId& id, const Order& order, TimePoint now);

  // ---- a relay with another store than it had (state_replaced.cpp) ---------------------------
  void begin_with_other_store(TimePoint now);
  void keep_stored(const OutboxEntry& entry, TimePoint now);
  void keep_own_frame(const Group& group, const Epoch& epoch, std::uint32_t day, ByteView envelope,
                      TimePoint now);
  void keep_change(const Group& group, const Epoch& epoch, const Change& change, ByteView envelope,
                   TimePoint now);
  /// Whether a change beside the adopted one makes two histories; then the person is told.
  bool notice_other_history(Group& group, const Succession& succession, std::uint32_t day,
                            std::uint64_t seq, TimePoint now);
  bool is_to_drop_again(const KeptEnvelope& envelope) const;
  void keep_channel_change(const Channel& channel, const ChannelEpoch& epoch, ByteView envelope,
                           TimePoint now);
  bool is_to_drop_again_in(const Channel& channel, const OutboxEntry& entry) const;
  std::vector<OutboxItem> to_drop_again(Lane lane) const;
  void forget_kept(const Group& group);
  void age_kept(TimePoint now);
  void frame_moved(Group& group, const FrameHash& hash, FrameLog::Entry entry, std::uint64_t seq);

  // ---- a vault put back from a backup (state_restore.cpp) ------------------------------------
  void begin_restored();
  /// The relay's clock is known.
  void settle_restored(TimePoint now);
  /// Whether the other life may have used chain positions of that day that are unknown here.
  bool is_unsure(const Group& group, std::uint32_t day) const;
  bool waits_for_clock(const StoredMessage& message, TimePoint now) const;
  /// Nothing is sent in the group before it has others.
  void want_new_keys(Group& group, TimePoint now);
  void age_restored(TimePoint now);

  // ---- the inbox, and what a person decides (state_people.cpp) -------------------------------
  void deliver_inbox(std::uint64_t seq, ByteView envelope, TimePoint now);
  void receive_request(const wire::JoinDelivery& delivery, std::uint64_t seq, TimePoint now);
  void refuse_second_entry(Invite& invite, const Group& group, const JoinRequest& request);
  /// Beyond those it is for. Of an event once, whoever they are.
  void warn_of_reuse(const Invite& invite, const Group& group, const std::string& name,
                     TimePoint now);
  std::size_t request_name_chars() const;
  Result<RequestHash> find_request(std::string_view typed) const;
  const GroupId& group_of(const RequestHash& hash) const;
  Status approve(std::span<const std::string> ids, TimePoint now);
  Status deny(std::string_view id);
  Result<wire::Link> create_invite(const InviteOrder& order, TimePoint now);
  Error explain_no_tokens(Error error, TimePoint now) const;

  // ---- the end of invites made here (state_invites.cpp) --------------------------------------
  Status revoke_invite(std::string_view typed, TimePoint now);
  void take_back(Invite& invite, TimePoint now);
  void take_events_back(const Group& group, TimePoint now);
  void end_invites(const GroupId& group, TimePoint now);
  void forget_unanswered(TimePoint now);

  // ---- joining and founding (state_join.cpp) -------------------------------------------------
  Status follow(const wire::Link& link, TimePoint now);
  void deliver_parcel(const MailboxId& mailbox, ByteView envelope, TimePoint now);
  void parcel_caught_up(const MailboxId& mailbox);
  Result<std::optional<SafetyWords>> accept_offer(std::string_view name, TimePoint now);
  Result<std::optional<SafetyWords>> take_group_offer(const MailboxId& parcel, Join& join,
                                                      const GroupOffer& offer,
                                                      std::string_view name, TimePoint now);
  bool may_come_back(const Group& group, TimePoint now) const;
  Status remember_name(std::string_view name);
  void take_supplies(const wire::Supplies& supplies, TimePoint now);
  void take_tokens_alone(const MailboxId& parcel, wire::Supplies supplies, TimePoint now);
  void take_enrol_tokens(const wire::Supplies& supplies, TimePoint now);
  Result<GroupId> create_group(std::string_view, std::string_view me, TimePoint, GroupKind);

  // ---- event invites (state_event.cpp) -------------------------------------------------------
  /// The join that tries a bundle with this token first; null where there is none.
  Join* seeking(std::string_view nonce);
  /// The bundles of an offer in the order in which they are to be tried; 'used' where none is good.
  Result<std::vector<std::uint32_t>> draw_bundles(const std::vector<wire::Supplies>& bundles,
                                                  TimePoint now);
  void try_bundle(const Join& join);
  void bundle_accepted(const SpendId& spend);
  /// Whether it was a bundle's, which others may have claimed: no reason to warn.
  bool bundle_refused(const SpendId& spend, TimePoint now);
  void try_next_bundle(Join& join, TimePoint now);
  /// Goes on with claims whose token has lain too long, and lets go what was followed long ago.
  void lapse_claims(TimePoint now);
  void take_request_back(const Join& join);
  void find_event_used_up(Join& join);
  Status check_event(const InviteOrder& order) const;
  static Status check_lifetime(const InviteOrder& order);
  /// Puts the tokens into what the invite's parcel and its link are to be.
  struct Stock {
    wire::Supplies& supplies;
    std::vector<wire::Supplies>& bundles;
    VerifyKey inviter;  // as an event's link names it
  };
  Status supply(Invite& invite, const Stock& stock, wire::Link& link, TimePoint now);
  /// Whether a request that has just come by it is let in without a person.
  bool approves_by_itself(const Invite& invite, const Group& group) const;
  void approve_no_more_by_itself(const GroupId& group);
  void count_joined(Invite& invite);
  void lapse_events(TimePoint now);
  void take_enrolls_back(Invite& invite);
  void take_parcel_back(Invite& invite, TimePoint now);
  std::size_t free_places(const Group& group) const;
  /// Approvals for which others have left no place.
  void return_approvals(const Group& group);
  Status check_places(std::span<const RequestHash> hashes) const;

  // ---- channels: mailboxes, epochs and days (state_channel.cpp) ------------------------------
  void locate_channel(Channel& channel, const MailboxId& mailbox, std::vector<Place>& places);
  void collect_channel(const Channel& channel, std::vector<Subscription>& all) const;
  /// The seed that proves a right on a mailbox of a channel; none where it is not held.
  std::optional<SigningSeed> channel_seed(const wire::MailboxAddress& address,
                                          wire::MailboxRight right) const;
  bool deliver_channel(const Place& place, const MailboxId& mailbox, std::uint64_t seq,
                       ByteView envelope, TimePoint now);
  void channel_caught_up(const Place& place, const MailboxId& mailbox, TimePoint now);
  bool deliver_channel_control(Channel& channel, ChannelEpoch& epoch, std::uint64_t seq,
                               ByteView envelope, TimePoint now);
  void await_grant(Channel& channel);
  void deliver_grant_page(Channel& channel, const MailboxId& mailbox, ByteView envelope,
                          TimePoint now);
  void grant_page_caught_up(Channel& channel, const MailboxId& mailbox, TimePoint now);
  /// For the group: adopts the awaited change where its keys were announced. True when it did.
  bool follow_announced(Channel& channel, TimePoint now);
  void skip_to_announced(Channel& channel, TimePoint now);
  void say_again_what_was_too_late(const Channel& channel);
  void channel_moved_on(Channel& channel, TimePoint now);
  void channel_control_caught_up(Channel& channel, ChannelEpoch& epoch, TimePoint now);
  void enter_channel_days(Channel& channel, TimePoint now);
  void tick_channel(Channel& channel, TimePoint now);
  void end_channels(const GroupId& group);
  void erase_channel(Channel& channel);  // and it is found no more
  Channel* find_channel(const ChannelId& id);
  const Channel* find_channel(const ChannelId& id) const;

  // ---- channels: what leads want of them (state_channel_propose.cpp) -------------------------
  bool wants_new_epoch(const Channel& channel, const Group& group, std::uint32_t day) const;
  bool may_propose(const Channel& channel, TimePoint now) const;
  void propose_channel(Channel& channel, TimePoint now);
  void queue_channel_epoch(Channel& channel, std::uint32_t day, TimePoint now);
  void forget_channel_proposal(Channel& channel);
  Result<ChannelId> create_channel(const GroupId& group, std::string_view name, TimePoint now);
  Result<Channel*> led_channel(const ChannelId& id, std::string_view what);

  // ---- channels: what the group tells itself (state_channel_keys.cpp) ------------------------
  MessageId tell_group(Group& group, wire::Body body, TimePoint now);
  MessageId announce(const ChannelAnnouncement& what, Group& group, TimePoint now);
  void tell_roots(const Channel& channel, Group& group, TimePoint now);
  void share_list(Channel& channel, Group& group, TimePoint now);
  /// After a change by this member: to whoever is new, or leads from now on.
  void share_channels(Group& group, const Change& change, TimePoint now);
  void share_rules(Group& group, const Change& change, TimePoint now);
  void receive_channel_body(Group& group, const StoredMessage& message, TimePoint now);
  void receive_channel_keys(Group& group, std::uint32_t said_in, wire::ChannelKeys body,
                            TimePoint now);
  void change_sides(Channel& channel, const Group& group, ChannelAnnouncement announcement,
                    TimePoint now);
  void receive_channel_root(Channel& channel, const wire::ChannelRoot& body, TimePoint now);
  void receive_list(Channel& channel, wire::AudienceList body);
  void deliver_list_page(Channel& channel, const MailboxId& mailbox, ByteView envelope,
                         TimePoint now);

  // ---- channels: what is said in them (state_channel_talk.cpp) -------------------------------
  Result<MessageId> say(const ChannelId& id, wire::Body body, TimePoint now);
  void take_back_answers(const Channel& channel, const std::string& alert);
  Status check_saying(const Channel& channel, wire::Body& body) const;
  void flush_channel(Channel& channel, TimePoint now);
  void make_channel_frame(Channel& channel, std::uint32_t day, const StoredMessage& message,
                          TimePoint now);
  void make_reply(Channel& channel, std::uint32_t day, const StoredMessage& message);
  void take_back_said(const Channel& channel, std::uint32_t epoch, std::uint32_t day);
  bool may_leave_channel(const OutboxEntry& entry) const;
  void deliver_channel_frame(Channel& channel, ChannelEpoch& epoch, std::uint32_t day,
                             std::uint64_t seq, ByteView envelope, TimePoint now);
  void attribute_frame(const Channel& channel, const ChannelEpoch& epoch,
                       const OpenedChannelFrame& frame, const ChannelPlace& place,
                       StoredMessage& message, TimePoint now);
  void read_channel_cites(Channel& channel, const Order& order, std::span<const Cite> cites,
                          TimePoint now);
  void miss_said(Channel& channel, std::uint32_t epoch, std::uint32_t day, TimePoint now);
  void channel_day_caught_up(Channel& channel, ChannelEpoch& epoch, std::uint32_t day,
                             TimePoint now);
  void said_stored(const OutboxEntry& entry, std::uint64_t seq, TimePoint now);
  MessageView view_of(const Channel& channel, const StoredMessage& message) const;

  // ---- channels: who is in the audience (state_audience.cpp) ---------------------------------
  Result<wire::Link> create_audience_invite(const InviteOrder& order, TimePoint now);
  Result<std::optional<SafetyWords>> take_channel_offer(const MailboxId& parcel, Join& join,
                                                        const ChannelOffer& offer,
                                                        std::string_view name, TimePoint now);
  void renew_audience_join(Channel& channel);
  void audience_join_stored(Channel& channel);
  void deliver_reply(Channel& channel, ChannelEpoch& epoch, std::uint32_t day, std::uint64_t seq,
                     ByteView envelope, TimePoint now);
  void deliver_to_door(Channel& channel, ChannelEpoch& epoch, std::uint64_t seq, ByteView envelope,
                       TimePoint now);
  void receive_audience_join(Channel& channel, const ChannelEpoch& epoch, const OpenedReply& reply,
                             std::uint64_t seq, TimePoint now);
  void warn_of_second(Channel& channel, const ChannelEpoch& epoch, const InviteId& invite,
                      TimePoint now);
  void answer_waiting(Channel& channel, TimePoint now);
  void warn_of_crowd(const Channel& channel, const AudienceEntry& invite, TimePoint now);
  void add_to_audience(Channel& channel, const JoinRequest& request, TimePoint now);
  void receive_audience_add(Channel& channel, const wire::AudienceAdd& body, TimePoint now);
  void receive_audience_invite(Channel& channel, const VerifyKey& by,
                               const wire::AudienceInvite& body);
  void receive_audience_remove(Channel& channel, const AudienceId& id);
  void send_enroll(const JoinRequest& request, TimePoint now);
  void remove_entries(Channel& channel, std::span<const AudienceId> ids, TimePoint now);
  Status remove_from_audience(const ChannelId& id, std::string_view name, TimePoint now);
  void lapse_audience_invites(Channel& channel, TimePoint now);
  void tell_channel_card(Channel& channel, TimePoint now);

  // ---- channels: keys that did not come (state_audience_return.cpp) ---------------------------
  bool ask_for_channel_keys(Channel& channel, TimePoint now);
  void receive_audience_catch_up(Channel& channel, const EnvelopeHash& envelope,
                                 ByteView signed_catch_up, TimePoint now);
  void answer_newcomers(Channel& channel, TimePoint now);
  void give_channel_keys(const PendingCatchUp& pending, TimePoint now);
  bool open_channel_inbox(ByteView envelope, TimePoint now);
  void receive_channel_welcome(Channel& channel, ByteView signed_welcome, TimePoint now);

  // ---- helpers -------------------------------------------------------------------------------
  void warn(WarningView::Kind kind, std::string text, TimePoint now,
            const Warnings::About& about = {}) {
    warnings.add(kind, std::move(text), now, about);
  }
  void tell(Notice::Kind kind, std::optional<GroupId> group = {},
            std::optional<MessageId> message = {}, std::string text = {}) {
    journal.tell({kind, group, message, std::move(text)});
  }
  void settle_warnings(const GroupId& group);
  MessageView view_of(const Group& group, const StoredMessage& message) const;
  Group* find_group(const GroupId& id);
  const Group* find_group(const GroupId& id) const;
  std::string name_of(const Group& group, const VerifyKey& member) const;
};

}  // namespace porchlight::client
