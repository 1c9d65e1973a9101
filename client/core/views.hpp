// What the core shows to people's programs: plain values, without secrets.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/ids.hpp"
#include "proto/wire/body.pb.h"
#include "proto/wire/person.pb.h"
#include "proto/wire/time.hpp"

namespace porchlight::client {

using wire::TimePoint;

/// Six words of a list of 2,048: 66 bits over both identities and the request (clause 9.6).
using SafetyWords = std::array<std::string_view, 6>;

/// How the hash of a group's rules of conduct begins (clause 15.2).
using RulesHash = FixedBytes<struct RulesHashTag, 8>;

struct Offer {
  bool from_operator = false;  // no group: access to the relay alone
  std::string group_name;      // or the channel's
  std::string inviter_name;    // none where a channel invites
  wire::Role role = wire::ROLE_NONE;
  TimePoint expires;
};

/// Fixed when a group is made. `legal`: detention notices may be said in it (clause 15.6).
enum class GroupKind : std::uint8_t { ordinary, legal };

struct MemberView {
  VerifyKey identity;
  std::string name;
  wire::Role role = wire::ROLE_NONE;
  bool me = false;
  bool contested = false;  // a lead wanted them out, and that is not settled
};

struct GroupView {
  GroupId id;
  std::string name;
  std::uint32_t epoch = 0;
  GroupKind kind = GroupKind::ordinary;
  /// `behind`: it has gone on, and a lead was asked for the keys.
  /// `leaving`: a lead's device has to take this member out yet.
  enum class Standing {
    asking,
    member,
    behind,
    leaving,
    halted,
    removed,
  } standing = Standing::member;
  std::vector<MemberView> members;  // in roster order
};

/// A channel, seen by the group that it belongs to or by its audience.
struct ChannelView {
  GroupId id;
  std::string name;
  enum class Side { group, audience } side = Side::audience;
  std::string group_name;  // that it belongs to; none for the audience
  bool leads = false;      // this member may change it
  std::uint32_t epoch = 0;
  /// `entering`: what it was a moment ago is still to come. `behind`: it has gone on, and the keys
  /// did not come.
  enum class Standing { reading, entering, behind, halted, over } standing = Standing::reading;
  std::size_t people = 0;   // in the audience, as far as the group knows
  std::size_t invites = 0;  // open
  /// For the group: until when the audience can answer and new ones can be let in, if nobody who
  /// leads comes online.
  std::uint32_t keys_until_day = 0;
  /// A lead's device has not seen the whole audience yet, or new keys are on their way.
  bool waits_for_list = false;
  bool waits_for_keys = false;
};

/// One of a channel's audience, or an open invite, for the group alone.
struct AudienceView {
  std::string id;  // short, as typed
  std::string name;
  bool invite = false;
  std::optional<VerifyKey> identity;  // of a person
  std::optional<SafetyWords> words;   // of a person, to be compared with theirs
  TimePoint expires;                  // of an invite, and the two below
  std::uint32_t uses = 1;
  std::uint32_t joined = 0;
};

struct InviteView {
  std::string id;  // short, as typed
  std::string to;
  std::string group_name;
  wire::Role role = wire::ROLE_NONE;
  TimePoint expires;
  enum class Standing { open, requested, joined, expired, revoked } standing = Standing::open;
  std::uint32_t uses = 1;  // more than one is an event's
  std::uint32_t asked = 0;
  std::uint32_t joined = 0;
  std::uint32_t auto_approve = 0;  // how many are let in without a person
};

struct RequestView {
  std::string id;  // short, as typed
  std::string name;
  std::string invited_as;  // whom the inviter meant it for
  std::string group_name;
  TimePoint received;
  SafetyWords words;
  /// `catch_up`: a member wants the group's keys anew.
  enum class Kind { join, catch_up } kind = Kind::join;
  std::uint32_t invite_uses = 1;    // of the invite it came by
  std::uint32_t invite_number = 1;  // the how many-th it is by that invite
};

struct MessageView {
  MessageId id;
  std::string sender_name;
  VerifyKey sender;
  bool mine = false;
  /// `queued` is on this device alone, `stored` is durable at the relay.
  enum class Standing { queued, stored } standing = Standing::stored;
  TimePoint sent;      // by the sender's clock, to the minute
  TimePoint received;  // by this device's clock
  /// Of a channel: whom it says it is by, as far as that is known. The audience knows the channel
  /// alone, and the group is warned where that is missing or wrong.
  /// `outsider`: somebody who is not in the group, or not any more. The values are kept.
  enum class Voice : std::uint8_t { person = 0, channel = 1, unattributed = 2, outsider = 3 };
  Voice voice = Voice::person;
  /// Without a kind where this version cannot show it: a placeholder.
  wire::Body body;
};

/// A photo of this member's that is not whole at the relay, or not said yet.
struct UploadView {
  GroupId group;
  MessageId sighting;
  std::uint32_t bytes = 0;
  std::uint32_t chunks = 0;
  std::uint32_t stored = 0;  // of them
};

struct WarningView {
  enum class Kind {
    missing_message,  // somebody saw what never came here
    two_versions,     // one sender, one counter, two bodies
    unknown_epoch,    // written under a state of the group that is unknown here
    keys_differ,      // the relay shows different token keys to different people
    foreign_epoch,    // a change to the group that is not valid
    clock,            // this device and the relay disagree
    token_refused,    // the relay took no token that should be good
    invite_reused,    // two people asked to join with one invite
    left_behind,      // the keys of a change did not come
    restored,         // a restored vault cannot tell what it said already
    update_needed,
    removal_lost,  // a lead wanted somebody out, and another change was first
    account_lost,  // the relay was restored from a backup that does not know the account
    unattributed,  // a channel spoke, and none of the group stands for it
    taken_over,    // a channel was changed by nobody who leads its group
    keys_run_out,  // a channel's keys end soon, and nobody who leads its group is there
  } kind;
  TimePoint first_seen;
  std::string text;  // a whole sentence
  std::string id;    // short, as typed
};

/// Something a person is to be told now; `listen` prints it.
struct Notice {
  enum class Kind {
    message,           // `group`, `message`
    group_joined,      // `group`
    member_added,      // `group`, `text` is the name
    member_removed,    // the same
    member_caught_up,  // the same
    caught_up,         // `group`: a lead gave this member the state anew; `text` is its name
    removed,           // `group`: this member was taken out; `text` is the group's name
    left,              // `group`: this member asked to leave, and is out; `text` is its name
    join_requested,    // `text` is the request's short id
    channel_joined,    // `group` is the channel: this device reads it from now on
    channel_shared,    // `group` is the channel: a group of this member's has it
    audience_added,    // `group` is the channel, `text` the name
    audience_removed,  // the same
    offer_arrived,
    stored,   // something of mine reached the relay; `message` where it was one
    refused,  // `text` says what the relay would not take and what was kept
    warning,  // `text`
  } kind;
  std::optional<GroupId> group;
  std::optional<MessageId> message;
  std::string text;
};

struct Health {
  std::uint32_t session_tokens = 0;
  std::uint32_t enroll_tokens = 0;
  bool enrolled = false;
  std::optional<TimePoint> enroll_due;
  std::uint32_t queued = 0;
  bool restored = false;  // from a backup, not long ago
  /// The relay's store was replaced: until then no change to a group is made.
  std::optional<TimePoint> changes_wait_until;
  std::optional<std::int64_t> clock_ahead_minutes;  // this device's minus the relay's
  std::uint32_t members_agreeing_on_keys = 0;
  std::uint32_t members_disagreeing_on_keys = 0;
};

}  // namespace porchlight::client
