// Who is in a group, in the order in which they came (clause 10.4). Every entry rests on its
// member's own signed consent.
// Must not know: epochs' secrets, how changes come.
#pragma once

#include <span>

#include "client/core/join.hpp"

namespace porchlight::client {

struct RosterEntry {
  JoinRequest request;
  wire::Role role = wire::ROLE_NONE;
  std::optional<SignedCard> renewed;  // newer than the request's
  /// Rises along the roster, and stays when others go: what the entry is kept under.
  std::uint32_t place = 0;

  const VerifyKey& identity() const { return request.identity(); }
  /// The newest that is known.
  const Card& card() const { return renewed ? renewed->card : request.card; }
};

/// Of those inside a group.
inline bool is_member_role(wire::Role role) {
  return role == wire::ROLE_MEMBER || role == wire::ROLE_LEAD;
}

class Roster {
 public:
  std::span<const RosterEntry> entries() const { return entries_; }
  std::size_t size() const { return entries_.size(); }
  /// None where nobody has this identity. Valid until the roster changes.
  const RosterEntry* find(const VerifyKey& identity) const;
  /// Where in the order; the identity is in the roster.
  std::size_t position(const VerifyKey& identity) const;
  bool is_lead(const VerifyKey& identity) const;
  bool has_lead() const;
  std::vector<VerifyKey> identities() const;

  /// At the end. 'conflict' for an identity that is there, 'full' above limits::group_members_max,
  /// 'malformed' for a role that no member has.
  Status add(JoinRequest request, wire::Role role);
  /// As it was kept, behind all that have lower places; false where that cannot be.
  bool put_back(RosterEntry entry);

  /// 'not_found' for who is not there.
  Status remove(const VerifyKey& identity);
  /// 'not_found' for who is not there, 'malformed' for a role that no member has, 'conflict' for
  /// the role that they have.
  Status set_role(const VerifyKey& identity, wire::Role role);

  /// False, and nothing is changed, where its owner is not there or the card is not newer.
  bool renew_card(SignedCard card);

  /// H("roster", group_id, for each entry in order: identity, role u32, request hash).
  Digest hash(const GroupId& group) const;

  /// The name, told apart from the same name earlier in the roster: "Ana", "Ana (2)".
  std::string display_name(const VerifyKey& identity) const;

 private:
  std::vector<RosterEntry> entries_;
};

}  // namespace porchlight::client
