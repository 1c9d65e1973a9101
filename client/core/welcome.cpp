#include "client/core/welcome.hpp"

#include "client/core/codec.hpp"
#include "proto/base/limits.hpp"
#include "proto/wire/group.pb.h"
#include "proto/wire/signed.hpp"

namespace porchlight::client {
namespace {

void wipe_secrets(wire::Welcome& message) {
  for (std::string* secret :
       {message.mutable_carry(), message.mutable_ctl_collect(), message.mutable_ctl_drop(),
        message.mutable_ctl_seal(), message.mutable_attribution(), message.mutable_day_secret()}) {
    wipe_text(*secret);
  }
}

Result<Roster> read_roster(const wire::Welcome& message, const GroupId& group) {
  Roster roster;
  for (const wire::RosterEntry& entry : message.roster()) {
    TRY(JoinRequest request, verify_join_request(as_bytes(entry.request())));
    if (request.group != group) {
      return Error{Errc::not_authentic, "a welcome's roster holds a consent to another group"};
    }
    CHECK(roster.add(std::move(request), entry.role()));
    if (entry.card().empty()) continue;
    SignedCard card{to_bytes(as_bytes(entry.card())), {}};
    TRY(card.card, verify_card(card.bytes));
    if (card.card.identity != roster.entries().back().identity()) {
      return Error{Errc::not_authentic, "a welcome's roster holds a card that is not its member's"};
    }
    (void)roster.renew_card(std::move(card));
  }
  return roster;
}

bool take_keys(EpochKeys& keys, wire::Welcome& message) {
  // All of them are taken, whatever the first ones are: each field is wiped on the way.
  bool good = take_secret(keys.carry, *message.mutable_carry());
  good &= take_secret(keys.control.collect, *message.mutable_ctl_collect());
  good &= take_secret(keys.control.drop, *message.mutable_ctl_drop());
  good &= take_secret(keys.control.seal, *message.mutable_ctl_seal());
  good &= take_secret(keys.attribution, *message.mutable_attribution());
  good &= take_secret(keys.day, *message.mutable_day_secret());
  return good;
}

Error not_for_me() { return {Errc::not_authentic, "a welcome is not for this request"}; }

bool contains(const std::vector<VerifyKey>& keys, const VerifyKey& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// A Welcome whose signature holds; its body is wiped. Checks all that does not hang on why it
/// came.
Result<Welcomed> read_welcome(wire::Unverified& verified, const JoinRequest& mine) {
  wire::Welcome message;
  const bool decoded = parse(message, verified.body);
  wipe(verified.body);
  if (!decoded) return Error{Errc::malformed, "a welcome does not decode"};
  Welcomed welcomed;
  const bool whole = take_keys(welcomed.keys, message);
  if (message.suite() != suite) return update_needed("the group's welcome");
  if (!whole) return Error{Errc::malformed, "a welcome holds a key of an impossible size"};
  TRY(const Roster roster, read_roster(message, mine.group));
  TRY(welcomed.change, read_welcoming_change(as_bytes(message.epoch()), roster));
  const Change& change = welcomed.change;
  const RosterEntry* me = roster.find(mine.identity());
  if (change.head.group != mine.group || change.head.day != message.day() || me == nullptr ||
      me->request.bytes != mine.bytes) {
    return not_for_me();
  }
  return welcomed;
}

}  // namespace

Bytes make_welcome(ByteView signed_epoch, const Change& change, const EpochKeys& keys,
                   const SigningKey& inviter) {
  wire::Welcome message;
  message.set_suite(suite);
  message.set_epoch(to_string(signed_epoch));
  for (const RosterEntry& entry : change.roster.entries()) {
    wire::RosterEntry* added = message.add_roster();
    added->set_request(to_string(entry.request.bytes));
    added->set_role(entry.role);
    if (entry.renewed) added->set_card(to_string(entry.renewed->bytes));
  }
  message.set_carry(to_string(keys.carry.reveal()));
  message.set_ctl_collect(to_string(keys.control.collect.reveal()));
  message.set_ctl_drop(to_string(keys.control.drop.reveal()));
  message.set_ctl_seal(to_string(keys.control.seal.reveal()));
  message.set_attribution(to_string(keys.attribution.reveal()));
  message.set_day(change.head.day);
  message.set_day_secret(to_string(keys.day.reveal()));
  const SecretBytes body = serialise_secret(message);
  wipe_secrets(message);
  return wire::make_signed(wire::label::welcome, body.reveal(), inviter);
}

Result<Welcomed> verify_welcome(ByteView signed_welcome, const JoinRequest& mine) {
  TRY(wire::Unverified unverified, wire::parse_signed(signed_welcome));
  CHECK(unverified.verify(wire::label::welcome, mine.inviter));
  TRY(Welcomed welcomed, read_welcome(unverified, mine));
  const Change& change = welcomed.change;
  if (!change.roster.is_lead(mine.inviter) || !contains(change.added, mine.identity())) {
    return not_for_me();
  }
  return welcomed;
}

Result<Welcomed> verify_refresh(ByteView signed_welcome, const JoinRequest& mine,
                                std::span<const VerifyKey> asked) {
  TRY(wire::Unverified unverified, wire::parse_signed(signed_welcome));
  const auto author = std::find_if(asked.begin(), asked.end(), [&](const VerifyKey& lead) {
    return unverified.verify(wire::label::welcome, lead).ok();
  });
  if (author == asked.end()) {
    return Error{Errc::not_authentic, "a welcome is by nobody who was asked for it"};
  }
  TRY(Welcomed welcomed, read_welcome(unverified, mine));
  if (welcomed.change.author != *author || !contains(welcomed.change.refreshed, mine.identity())) {
    return not_for_me();
  }
  return welcomed;
}

}  // namespace porchlight::client
