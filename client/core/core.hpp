// The client's heart, sans I/O: everything a member knows and may do on one relay. Time, randomness
// and input come in as arguments; what is to be kept comes out of drain(), and must be persisted
// before anything that follows from it leaves the device. The same code runs under the engine, in
// unit tests and in the simulation.
// Must not know: sockets, files, terminals, threads.
// PROTOCOL.md clauses 6 and 8 to 13.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/core/alerts.hpp"
#include "client/core/board.hpp"
#include "client/core/channel_schedule.hpp"
#include "client/core/export.hpp"
#include "client/core/record.hpp"
#include "client/core/views.hpp"
#include "proto/base/result.hpp"
#include "proto/crypto/random.hpp"
#include "proto/wire/link.hpp"
#include "proto/wire/mailbox.hpp"
#include "proto/wire/relay.pb.h"
#include "proto/wire/time.hpp"

namespace porchlight::wire {
class Body;
}

namespace porchlight::client {

using wire::TimePoint;

/// A connection of its own to the relay. What runs on two lanes is not to be told apart from two
/// people by anything but its network address.
enum class Lane : std::uint8_t {
  collect,  // live reading of everything
  drop,     // sending
  parcel,   // fetching what an invite offers
  join,     // the join request alone
};

/// What one lane is to collect. The proof comes from Core::prove().
struct Subscription {
  wire::MailboxAddress address;
  std::uint64_t after_seq = 0;
};

using OutboxId = std::uint64_t;

/// One envelope that is not yet stored. Those of one lane leave in order.
struct OutboxItem {
  OutboxId id;
  wire::MailboxAddress address;
  Bytes envelope;
  std::optional<std::uint64_t> if_last;
};

/// A mailbox of ours whose envelopes are of no more use: a parcel that was taken back or used.
struct Erasure {
  wire::MailboxAddress address;
  std::uint64_t up_to_seq = 0;
};

/// A token to present, and under which spend id. The same order is given again until the budget it
/// bought is used up, so that a lost answer or a new connection costs nothing.
struct SpendOrder {
  wire::Token token;
  SpendId spend_id;
  /// One of an event's bundles is contested: others hold it as well, and may have been first.
  enum class Claim : std::uint8_t { own, contested } claim = Claim::own;
};

/// What a relay says of itself on a connection, after the lane checked the signatures.
struct RelayFacts {
  struct Key {
    wire::TokenKind kind;
    std::uint32_t week;
    Bytes public_key;  // 32
  };
  std::vector<Key> token_keys;
  Incarnation incarnation;
  std::uint64_t clock_minute = 0;
  std::uint32_t ordinary_days = 0;
  std::uint32_t guest_drops = 0;  // 0 where it lets no guests in
};

/// Something to be done on a connection of its own, without a token: enrolling, fetching tokens.
enum class Errand : std::uint8_t {
  enroll,
  issue_session,
  issue_enroll_member,
  issue_enroll_inviter
};

/// Errands wait for a random minute so that the relay cannot pair an account with what else this
/// device does. `now` gives that up for a person who asks for it.
enum class Haste : std::uint8_t { none, now };

/// What is to be kept and told, since the last drain().
struct Effects {
  std::vector<Write> writes;    // one transaction, before anything else
  std::vector<Notice> notices;  // for a person, in order
};

class Core {
 public:
  /// An empty member on one relay, before any invite is followed. Draws the identity.
  /// `random` must outlive the core, here and in load().
  static Core create(const wire::RelayAddress& relay, Random& random, TimePoint now);
  /// From everything the vault holds. 'malformed' for a damaged vault, 'update_needed' for one of a
  /// newer version.
  static Result<Core> load(std::vector<Record> records, Random& random);
  Core(Core&&) noexcept;
  Core& operator=(Core&&) noexcept;
  ~Core();

  Effects drain();
  /// What was loaded is a backup that is being put back. To be kept before it is used
  /// (clause 11.5).
  void on_restored();

  // ---- what should be running; derived from state, valid until the next event ----------------
  const wire::RelayAddress& relay() const;
  std::vector<Subscription> subscriptions(Lane lane, TimePoint now) const;
  /// The connection of Lane::collect is a day old, or the clock was set, or a channel that it has
  /// read is begun anew. A new one reads the days that are over to their end, so that they can go,
  /// and compares the clocks again, without which nothing goes.
  bool wants_new_connection(TimePoint now) const;
  /// What may leave now. Of a group that is only once its control mailbox and its day's mailbox
  /// were caught up on the present connection of Lane::collect (clause 11.2).
  std::vector<OutboxItem> outbox(Lane lane) const;
  /// For Lane::collect, with a proof of the collect key.
  std::vector<Erasure> erasures() const;
  std::optional<Errand> errand(TimePoint now, Haste haste) const;
  /// When errand() may next say something, for a process that waits.
  std::optional<TimePoint> next_errand_at() const;

  // ---- what a lane asks ----------------------------------------------------------------------
  /// 'no_tokens' when there is nothing to pay with.
  Result<SpendOrder> spend_order(Lane lane, TimePoint now);
  /// A proof of possession (clause 3.3) for a mailbox of subscriptions() or outbox().
  Result<Signature> prove(const wire::MailboxAddress& address, wire::MailboxRight right,
                          const Challenge& challenge) const;
  /// The request of an errand, signed for this connection. Its id is 0: the lane sets it.
  Result<wire::Request> errand_request(Errand errand, const Challenge& challenge, TimePoint now);

  // ---- events --------------------------------------------------------------------------------
  /// First on every connection. `lane` is none on an errand's connection: token keys count as seen
  /// only when another connection showed them. With Lane::collect a new connection begins: what an
  /// earlier one caught up with counts no more.
  void on_relay_facts(const RelayFacts& facts, std::optional<Lane> lane, TimePoint now);
  /// After Spend's answer. Also, with an empty Budget, when the relay answers NO_BUDGET: from then
  /// on spend_order() gives another token.
  void on_budget(const SpendId& spend, const wire::Budget& left, TimePoint now);
  void on_spend_refused(const SpendId& spend, TimePoint now);
  /// Never fails: what cannot be read becomes a notice or nothing; the cursor moves on.
  void on_delivery(const MailboxId& mailbox, std::uint64_t seq, ByteView envelope, TimePoint now);
  void on_caught_up(const MailboxId& mailbox, const Incarnation& incarnation, TimePoint now);
  void on_dropped(OutboxId id, std::uint64_t seq, TimePoint now);
  /// The item stays in the outbox, except where somebody else was first: then the core makes
  /// another.
  void on_drop_refused(OutboxId id, const wire::Failure& failure, TimePoint now);
  void on_erased(const MailboxId& mailbox, std::uint64_t up_to_seq);
  void on_errand_answer(Errand errand, const wire::Answer& answer, TimePoint now);
  /// Days, lifetimes, retention. Call at start and about once a minute.
  void on_tick(TimePoint now);

  // ---- joining (clause 9) --------------------------------------------------------------------
  /// Follows a link: from now on Lane::parcel has something to collect.
  Status follow(const wire::Link& link, TimePoint now);
  /// What the followed invite offers, once its parcel has come.
  std::optional<Offer> offer() const;
  /// Why the followed invite cannot be used, once that is known.
  std::optional<Error> offer_refused() const;
  /// Takes the offer under a name, which is remembered; a join request goes to the outbox, or the
  /// relay's own supplies are kept, or, where there is no account but the group is known, an
  /// invite's. Gives the safety words, none where nobody is asked; for an operator's invite the
  /// name may be empty.
  Result<std::optional<SafetyWords>> accept_offer(std::string_view name, TimePoint now);

  // ---- groups and people (clauses 8 to 11) ---------------------------------------------------
  /// What this member called itself last; empty where it never did.
  std::string my_name() const;
  Result<GroupId> create_group(std::string_view name, std::string_view my_name, TimePoint now,
                               GroupKind kind = GroupKind::ordinary);
  std::vector<GroupView> groups() const;
  Result<GroupView> group(std::string_view name_or_id) const;

  struct InviteOrder {
    GroupId group;   // or the channel, for ROLE_AUDIENCE
    std::string to;  // whom it is for; kept here alone, or in the group that a channel belongs to
    wire::Role role = wire::ROLE_MEMBER;
    std::chrono::seconds lifetime;
    std::uint32_t uses = 1;          // more for an event, at most limits::event_uses_max
    std::uint32_t auto_approve = 0;  // the first so many are let in without a person
  };
  /// 'no_tokens' says what there is and when more come.
  Result<wire::Link> create_invite(const InviteOrder& order, TimePoint now);
  std::vector<InviteView> invites(TimePoint now) const;
  Status revoke_invite(std::string_view id, TimePoint now);

  std::vector<RequestView> requests() const;
  /// Adds all of `ids`, limits::epoch_operations_max to an epoch. The Welcomes leave when it was
  /// read back. 'full', and nobody is approved, where they are more than there are places.
  Status approve(std::span<const std::string> ids, TimePoint now);
  Status deny(std::string_view id, TimePoint now);

  // ---- changing a group (clause 10.3); each is done when a sync has brought the change back -----
  /// `name` as in a roster, here and below; 'not_found' says who is there. 'not_permitted' unless
  /// this member leads and somebody leads afterwards.
  Status remove_member(const GroupId& group, std::string_view name, TimePoint now);
  /// Of a removal that lost a race (clause 10.9): they stay, with new keys for everybody; or the
  /// removal is not wanted any more. 'not_found' where nobody wants them out.
  Status keep_member(const GroupId& group, std::string_view name, TimePoint now);
  /// Asks to be taken out; done when a lead's device has. A group without anybody else goes at
  /// once. 'not_permitted' where nobody would lead it.
  Status leave_group(const GroupId& group, TimePoint now);
  Status set_role(const GroupId& group, std::string_view name, wire::Role role, TimePoint now);
  /// New keys for everybody who is in.
  Status rekey(const GroupId& group, TimePoint now);
  /// What this lead wants and is not so yet.
  bool has_wishes(const GroupId& group) const;

  /// The six words that two people compare. `name` as in a roster; 'not_found' says who is there.
  Result<SafetyWords> safety_words(std::string_view name) const;

  // ---- messages (clauses 12 and 13) ----------------------------------------------------------
  /// Checks the body's limits, gives it an id where it has none, queues it. Seen at once in
  /// messages() as queued. 'not_permitted' for rules by who does not lead.
  Result<MessageId> post(const GroupId& group, wire::Body body, TimePoint now);
  /// What is held, oldest first, by the order all members agree on.
  std::vector<MessageView> messages(const GroupId& group) const;
  /// The same without what has reached its end by now: what boards are made of.
  std::vector<MessageView> live_messages(const GroupId& group, TimePoint now) const;
  Board board(const GroupId& group, TimePoint now) const;
  /// This member has accepted a group's rules of conduct (clause 15.2): kept for good. Without
  /// effect where it is not in the group.
  void accept_rules(const GroupId& group, const RulesHash& rules);
  /// Those accepted last; none where it never accepted any.
  std::optional<RulesHash> accepted_rules(const GroupId& group) const;
  /// Of the group's sightings, held or erased since (clause 15.7).
  Counts counts(const GroupId& group) const;

  // ---- photos (clause 15.8) --------------------------------------------------------------------
  /// A JPEG that belongs to this member's own sighting: at most limits::attachment_bytes_max, and
  /// limits::attachments_per_message_max of them. It leaves after the sighting, and is said in the
  /// group once all of it is stored. Core's are its bytes alone: that nothing but the picture is
  /// in them is the caller's part.
  Status attach_photo(const GroupId& group, const MessageId& sighting, ByteView jpeg,
                      TimePoint now);
  /// Photos of this member's that are not said yet, the one that is under way first.
  std::vector<UploadView> uploads() const;
  /// Has Lane::collect fetch what a board shows as a photo; one at a time, and in this process
  /// alone.
  Status fetch_photo(const GroupId& group, const VerifyKey& sender, const MessageId& photo);
  /// After a sync, once: the whole JPEG, as its author announced it. 'unreachable' where the relay
  /// was not asked to the end, and the next sync goes on; 'not_found' where it does not hold all,
  /// 'malformed' where the author has put there what cannot be.
  Result<Bytes> take_photo();

  // ---- channels (clause 14) ------------------------------------------------------------------
  /// A channel of a group that this member leads. Its keys go to the group with the next sync.
  Result<ChannelId> create_channel(const GroupId& group, std::string_view name, TimePoint now);
  std::vector<ChannelView> channels() const;
  Result<ChannelView> channel(std::string_view name_or_id) const;
  /// For the group: people by name, then open invites. 'not_permitted' for the audience.
  Result<std::vector<AudienceView>> audience(const ChannelId& channel) const;
  /// A person, or an invite that is still open, by their name as audience() shows it. They read
  /// until the new keys are out, which a sync brings about. As remove_member().
  Status remove_from_audience(const ChannelId& channel, std::string_view name, TimePoint now);
  /// Whether what this lead wants of the channel is still under way.
  bool has_wishes_for(const ChannelId& channel) const;

  /// For the group: an alert, an all-clear, a recall or a text, which the whole audience reads as
  /// the channel's. For the audience: an answer or a text, which the group alone reads; an answer
  /// waits a moment first, as the alert says. As post(). 'not_permitted' for another kind.
  Result<MessageId> say(const ChannelId& channel, wire::Body body, TimePoint now);
  /// As messages(): what the channel said, and for the group what was answered.
  std::vector<MessageView> channel_messages(const ChannelId& channel) const;
  AlertBoard alerts(const ChannelId& channel, TimePoint now) const;
  /// What is queued may leave from then on; none where nothing waits for its time. on_tick() is
  /// wanted then.
  std::optional<TimePoint> next_tick_at(TimePoint now) const;

  // ---- how things stand ----------------------------------------------------------------------
  std::vector<WarningView> warnings() const;
  /// A person has understood it. It comes back only where it happens anew.
  Status dismiss_warning(std::string_view id);
  /// For `doctor`: tokens left, enrolment, clock, queue, token key agreement.
  Health health(TimePoint now) const;

 private:
  struct State;
  explicit Core(std::unique_ptr<State> state);
  void chunk_stored(OutboxId chunk, TimePoint now);
  std::unique_ptr<State> state_;
};

}  // namespace porchlight::client
