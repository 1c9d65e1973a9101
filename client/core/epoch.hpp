// Changes to a group (clauses 10.1 to 10.4): making them, and judging whether one is the group's
// next epoch. A judgement is a function of the state before and of the envelope's hour at the
// relay, never of this device's clock: all members come to the same. Must not know: mailboxes,
// secrets, what was adopted.
#pragma once

#include "client/core/roster.hpp"
#include "client/core/views.hpp"
#include "proto/crypto/sign.hpp"

namespace porchlight::client {

/// State n, as far as the validity of a change depends on it.
struct EpochHead {
  GroupId group;
  std::uint32_t number = 0;
  EpochId id;
  std::uint32_t day = 0;
  GroupKind kind = GroupKind::ordinary;  // the same in all epochs of a group
};

/// What a change says of its fresh secret.
struct FreshPart {
  Digest commit;
  std::vector<Digest> page_hashes;  // of grant pages, in order
};

/// State n+1.
struct Change {
  EpochHead head;
  VerifyKey author;
  std::string name;  // of the group
  Roster roster;
  std::vector<VerifyKey> added;
  std::vector<RosterEntry> removed;  // as they were
  std::vector<VerifyKey> role_changed;
  std::vector<VerifyKey> refreshed;  // get the state anew by a Welcome
  std::optional<FreshPart> fresh;    // none where the next epoch follows from the one before
};

struct Addition {
  JoinRequest request;
  wire::Role role = wire::ROLE_NONE;
};
struct RoleChange {
  VerifyKey member;
  wire::Role role = wire::ROLE_NONE;
};

/// What a lead wants of one change. Nobody stands in it twice.
struct Amendment {
  std::vector<VerifyKey> removals;
  std::vector<RoleChange> roles;
  std::vector<VerifyKey> refreshes;
  std::vector<Addition> additions;

  std::size_t size() const {
    return removals.size() + roles.size() + refreshes.size() + additions.size();
  }
};

/// The roster after an amendment, and how many of it were there before: they come first, and each
/// of them gets a grant. The amendment's members are in `before`, its additions are not.
struct Amended {
  Roster roster;
  std::size_t staying = 0;
};
Amended amend(const Roster& before, const Amendment& amendment);

struct MadeChange {
  Bytes signed_epoch;
  Change change;
};

/// Epoch 0: the founder alone, as a lead, by its own request that names itself as inviter.
MadeChange found_group(const GroupId& group, std::string_view name, JoinRequest founder,
                       std::uint32_t day, const SigningKey& identity, Random& random,
                       GroupKind kind = GroupKind::ordinary);

/// A change of at most limits::epoch_operations_max operations; `fresh` is there where somebody is
/// removed, or where there are none. `day` is not before the head's.
MadeChange make_change(const EpochHead& head, const Roster& roster, std::string_view name,
                       const Amendment& amendment, std::optional<FreshPart> fresh,
                       std::uint32_t day, const SigningKey& author, Random& random);

struct Judgement {
  enum class Kind {
    valid,
    invalid,
    newer,  // by a lead, with something this version does not know: the group halts
  } kind = Kind::invalid;
  bool by_member = false;        // the signature of somebody in the roster holds
  VerifyKey author;              // where it is by a member
  std::optional<Change> change;  // where valid
};

/// Judges a Signed EpochBody that lies in the control mailbox of `head`; `seq_day` is the day in
/// its envelope's seq.
/// Requests among `known` have been verified before: it is not done once more.
Judgement judge_change(const EpochHead& head, const Roster& roster, ByteView signed_epoch,
                       std::uint32_t seq_day, std::span<const JoinRequest* const> known = {});

/// For who was just added: reads a Signed EpochBody that led to `roster`, by somebody who is a lead
/// there. 'malformed', 'not_authentic' or 'update_needed'.
Result<Change> read_welcoming_change(ByteView signed_epoch, const Roster& roster);

/// A change that follows `head` by somebody who led then, whether or not it is valid.
struct Beside {
  EpochId id;
  std::uint32_t day = 0;
  VerifyKey author;
  std::vector<VerifyKey> removals;
};
std::optional<Beside> read_beside(const EpochHead& head, std::span<const VerifyKey> leads,
                                  ByteView signed_epoch);

/// The rules of days (clause 10.3): whether a change of `day` may follow one of `before` where the
/// hour in its envelope's seq lies in `seq_day`.
bool may_come_next(std::uint32_t before, std::uint32_t day, std::uint32_t seq_day);

/// H("epoch", body bytes).
EpochId epoch_id(ByteView body);

}  // namespace porchlight::client
