// Invites made here, requests that came by them, invites followed (clause 9), and members who ask
// for the state anew (clause 10.10).
// Must not know: groups' state, tokens, lanes.
#pragma once

#include <algorithm>

#include "client/core/catch_up.hpp"
#include "client/core/join.hpp"
#include "client/core/journal.hpp"
#include "client/core/parcel.hpp"
#include "client/core/welcome.hpp"
#include "proto/wire/envelope.hpp"

namespace porchlight::client {

/// An invite made here.
struct Invite {
  /// The values are kept: never renumber.
  enum class Standing : std::uint8_t {
    open = 0,
    requested = 1,  // as many as it is for have asked
    joined = 2,     // all of them are in
    revoked = 3,
    lapsed = 4  // of an event: its time is over, and its parcel was taken back
  };

  InviteId id;
  wire::InviteSeed seed;
  GroupId group;
  std::string to;
  wire::Role role = wire::ROLE_NONE;
  TimePoint expires;  // by the relay's clock
  Standing standing = Standing::open;
  std::uint32_t uses = 1;          // more than one is an event's
  std::uint32_t auto_approve = 0;  // how many requests need no person
  std::uint32_t auto_approved = 0;
  std::uint32_t joined = 0;
  std::vector<RequestHash> asked;  // the requests that came by it, at most `uses`
  std::uint64_t erase_up_to = 0;   // the parcel is of no more use; 0 once it is gone
  /// Of an event: enrol tokens for who has not been welcomed yet.
  std::vector<wire::Token> enrolls = {};

  /// Into an audience, in place of the seed: what the parcel is taken back with. With the seed it
  /// could be opened, and all that is said in the channel followed from it.
  struct Parcel {
    SigningSeed collect;
    SigningSeed drop;
  };
  std::optional<Parcel> parcel = {};

  wire::InviteKind kind() const {
    return uses > 1 ? wire::InviteKind::event : wire::InviteKind::personal;
  }
  /// Not of one into an audience.
  wire::InviteKeys keys() const { return wire::InviteKeys(seed, kind()); }
  /// The parcel's mailbox, and the seed that proves a right there.
  wire::MailboxAddress address() const;
  SigningSeed parcel_seed(wire::MailboxRight right) const;
  bool is_used_up() const { return asked.size() >= uses; }
  bool was_asked_by(const RequestHash& request) const {
    return std::find(asked.begin(), asked.end(), request) != asked.end();
  }
};

/// Somebody who asks to be let in.
struct PendingRequest {
  JoinRequest request;
  TimePoint received;
  bool approved = false;   // here; not yet in the roster
  bool by_itself = false;  // by the invite, not by a person
};

/// A member who asks for the state anew.
struct PendingCatchUp {
  CatchUp asked;
  TimePoint received;
  bool approved = false;  // by a person here; not yet in an epoch
};

/// An invite followed.
struct Join {
  wire::InviteSeed seed;
  std::uint64_t followed = 0;  // the highest is the one in hand
  std::optional<Bytes> parcel;
  std::optional<ParcelOffer> offer;  // out of the parcel
  std::optional<Error> refused;
  bool accepted = false;
  std::optional<JoinRequest> request;  // where a group was asked
  SealSeed one_time;                   // what its Welcome is sealed to
  std::optional<Arrival> arrival;      // the Welcome came; the state is still to come
  /// Of an event: who made the link, and the bundles yet to be tried, the one in hand last; none
  /// once one was claimed.
  std::optional<VerifyKey> event_inviter;
  std::vector<std::uint32_t> bundles;

  wire::InviteKeys keys() const {
    return wire::InviteKeys(seed,
                            event_inviter ? wire::InviteKind::event : wire::InviteKind::personal);
  }
  MailboxId parcel_id() const { return keys().address().id(); }
  /// As open_parcel; and of an event, it is by who made the link: a member, or a channel's root.
  Result<ParcelOffer> open(ByteView envelope, const RelayIdentity& relay, TimePoint now) const;
  bool is_asking() const { return accepted && request.has_value(); }
};

/// Holds all of them, each as a record of its own. Whoever changes one calls save.
class People {
 public:
  explicit People(Journal& journal) : journal_(journal) {}
  bool load_invite(const Record& record);
  bool load_request(const Record& record);
  /// `relay` as in open_parcel.
  bool load_join(const Record& record, const RelayIdentity& relay);

  std::map<InviteId, Invite> invites;
  std::map<RequestHash, PendingRequest> requests;
  std::map<RequestHash, PendingCatchUp> catch_ups;  // at most one of a member in a group
  /// Envelopes of those who asked to catch up, and when they came: one that was answered is not
  /// asked again where the relay shows its mailbox from the beginning.
  std::map<EnvelopeHash, TimePoint> seen_catch_ups;
  std::map<MailboxId, Join> joins;  // by the parcel's mailbox

  void save(const Invite& invite);
  void save(const PendingRequest& request);
  void save(const PendingCatchUp& catch_up);
  void save(const MailboxId& parcel, const Join& join);
  /// False for one that was seen already. Of more than can be kept the oldest goes.
  bool see_catch_up(const EnvelopeHash& envelope, TimePoint now);
  void forget_catch_ups_before(TimePoint time);
  /// Of either kind.
  void erase_request(const RequestHash& hash);
  void erase_join(const MailboxId& parcel);

  /// The one followed last, none where it was taken up or none was followed.
  Join* in_hand();
  const Join* in_hand() const { return const_cast<People*>(this)->in_hand(); }

 private:
  Journal& journal_;
};

}  // namespace porchlight::client
