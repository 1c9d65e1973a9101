#include "client/core/epoch.hpp"

#include <set>

#include "client/core/codec.hpp"
#include "client/core/grants.hpp"
#include "client/core/text.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/group.pb.h"
#include "proto/wire/signed.hpp"

namespace porchlight::client {
namespace {

using Salt = FixedBytes<struct SaltTag, 32>;

/// A body with its sizes checked; nothing of it may be believed before its signature was.
struct Parsed {
  wire::Unverified unverified;
  wire::EpochBody body;
  EpochHead head;
  EpochId previous;
  Digest roster_hash;
  Digest fresh_commit;
  VerifyKey author;
};

std::optional<Parsed> parse_epoch(ByteView signed_epoch) {
  auto unverified = wire::parse_signed(signed_epoch);
  if (!unverified) return std::nullopt;
  Parsed parsed{std::move(unverified).value(), {}, {}, {}, {}, {}, {}};
  wire::EpochBody& body = parsed.body;
  Salt salt;
  if (!parse(body, parsed.unverified.body) || !read(parsed.head.group, body.group_id()) ||
      !read(parsed.previous, body.prev_id()) || !read(salt, body.salt()) ||
      !read(parsed.roster_hash, body.roster_hash()) ||
      !read(parsed.fresh_commit, body.fresh_commit()) || !read(parsed.author, body.author())) {
    return std::nullopt;
  }
  parsed.head.number = body.number();
  parsed.head.day = body.day();
  parsed.head.kind = body.policy().legal() ? GroupKind::legal : GroupKind::ordinary;
  parsed.head.id = epoch_id(parsed.unverified.body);
  return parsed;
}

/// Whether something in it was made by a version that knows more (clause 10.2).
bool is_newer(const wire::EpochBody& body) {
  return body.suite() != suite ||
         std::any_of(body.ops().begin(), body.ops().end(), [](const wire::EpochOp& op) {
           return op.kind_case() == wire::EpochOp::KIND_NOT_SET;
         });
}

/// With nothing done to the roster.
Change begin_change(const Parsed& parsed, const Roster& roster) {
  Change change;
  change.head = parsed.head;
  change.author = parsed.author;
  change.name = parsed.body.policy().name();
  change.roster = roster;
  return change;
}

Error not_allowed() { return {Errc::not_permitted, tr("a change that is not allowed")}; }

/// 'update_needed' for a role of a newer version.
Status check_role(wire::Role role) {
  if (role == wire::ROLE_NONE) return not_allowed();
  if (!is_member_role(role)) return update_needed(tr("the group"));
  return Ok{};
}

using KnownRequests = std::span<const JoinRequest* const>;

Result<JoinRequest> take_request(ByteView signed_request, KnownRequests known) {
  for (const JoinRequest* request : known) {
    if (std::ranges::equal(request->bytes, signed_request)) return *request;
  }
  return verify_join_request(signed_request);
}

Status apply_add(const wire::AddMember& add, const Roster& before, KnownRequests known,
                 Change& change) {
  TRY(JoinRequest request, take_request(as_bytes(add.request()), known));
  CHECK(check_role(add.role()));
  if (request.group != change.head.group || !before.is_lead(request.inviter)) return not_allowed();
  change.added.push_back(request.identity());
  return change.roster.add(std::move(request), add.role());
}

Status apply_remove(const wire::RemoveMember& remove, Change& change) {
  VerifyKey member;
  if (!read(member, remove.member())) return not_allowed();
  const RosterEntry* entry = change.roster.find(member);
  if (entry == nullptr) return not_allowed();
  change.removed.push_back(*entry);
  return change.roster.remove(member);
}

Status apply_role(const wire::SetRole& set_role, Change& change) {
  VerifyKey member;
  if (!read(member, set_role.member())) return not_allowed();
  CHECK(check_role(set_role.role()));
  change.role_changed.push_back(member);
  return change.roster.set_role(member, set_role.role());
}

Status apply_refresh(const wire::RefreshMember& refresh, Change& change) {
  VerifyKey member;
  if (!read(member, refresh.member()) || change.roster.find(member) == nullptr) {
    return not_allowed();
  }
  change.refreshed.push_back(member);
  return Ok{};
}

/// Nobody may stand in a change twice: what it comes to must not hang on an order.
bool names_somebody_twice(const Change& change) {
  std::set<VerifyKey> named(change.added.begin(), change.added.end());
  named.insert(change.role_changed.begin(), change.role_changed.end());
  named.insert(change.refreshed.begin(), change.refreshed.end());
  for (const RosterEntry& removed : change.removed) named.insert(removed.identity());
  return named.size() != change.added.size() + change.role_changed.size() +
                             change.refreshed.size() + change.removed.size();
}

/// A fresh secret comes with every removal, and with every change that has no operation; its pages
/// are as many as those who stay need.
Status apply_fresh(const Parsed& parsed, Change& change) {
  FreshPart fresh{parsed.fresh_commit, {}};
  for (const std::string& hash : parsed.body.page_hashes()) {
    if (!read(fresh.page_hashes.emplace_back(), hash)) return not_allowed();
  }
  if (fresh.commit == fresh_commit({})) {
    const bool needed = !change.removed.empty() || parsed.body.ops().empty();
    return needed || !fresh.page_hashes.empty() ? Status(not_allowed()) : Status(Ok{});
  }
  const std::size_t staying = change.roster.size() - change.added.size();
  if (fresh.page_hashes.size() != count_pages(staying)) return not_allowed();
  change.fresh = std::move(fresh);
  return Ok{};
}

/// The roster after the operations. 'update_needed' for a request or a role of a newer version,
/// another error where something is not allowed.
Result<Change> apply(const Parsed& parsed, const Roster& before, KnownRequests known) {
  const auto& ops = parsed.body.ops();
  if (ops.size() > static_cast<int>(limits::epoch_operations_max)) return not_allowed();
  Change change = begin_change(parsed, before);
  for (const wire::EpochOp& op : ops) {
    if (op.has_add()) {
      CHECK(apply_add(op.add(), before, known, change));
    } else if (op.has_remove()) {
      CHECK(apply_remove(op.remove(), change));
    } else if (op.has_set_role()) {
      CHECK(apply_role(op.set_role(), change));
    } else {
      CHECK(apply_refresh(op.refresh(), change));
    }
  }
  if (names_somebody_twice(change)) return not_allowed();
  CHECK(apply_fresh(parsed, change));
  if (!change.roster.has_lead() || change.roster.hash(parsed.head.group) != parsed.roster_hash ||
      !is_clean_name(change.name)) {
    return not_allowed();
  }
  return change;
}

void write_operations(const Amendment& amendment, wire::EpochBody& body) {
  for (const VerifyKey& member : amendment.removals) {
    body.add_ops()->mutable_remove()->set_member(member.str());
  }
  for (const RoleChange& change : amendment.roles) {
    wire::SetRole* set_role = body.add_ops()->mutable_set_role();
    set_role->set_member(change.member.str());
    set_role->set_role(change.role);
  }
  for (const VerifyKey& member : amendment.refreshes) {
    body.add_ops()->mutable_refresh()->set_member(member.str());
  }
  for (const Addition& addition : amendment.additions) {
    wire::AddMember* add = body.add_ops()->mutable_add();
    add->set_request(to_string(addition.request.bytes));
    add->set_role(addition.role);
  }
}

MadeChange sign_change(Change change, const EpochId& previous, const Amendment& amendment,
                       const SigningKey& author, Random& random) {
  wire::EpochBody body;
  body.set_suite(suite);
  body.set_group_id(change.head.group.str());
  body.set_number(change.head.number);
  body.set_prev_id(previous.str());
  body.set_day(change.head.day);
  body.set_salt(random.fixed<Salt>().str());
  body.set_roster_hash(change.roster.hash(change.head.group).str());
  body.mutable_policy()->set_name(change.name);
  body.mutable_policy()->set_legal(change.head.kind == GroupKind::legal);
  write_operations(amendment, body);
  body.set_fresh_commit((change.fresh ? change.fresh->commit : fresh_commit({})).str());
  if (change.fresh) {
    for (const Digest& hash : change.fresh->page_hashes) body.add_page_hashes(hash.str());
  }
  body.set_author(author.verify_key().str());
  const Bytes bytes = serialise(body);
  change.head.id = epoch_id(bytes);
  return {wire::make_signed(wire::label::epoch, bytes, author), std::move(change)};
}

bool follows(const Parsed& parsed, const EpochHead& head) {
  return parsed.head.group == head.group && parsed.previous == head.id &&
         parsed.head.number == std::uint64_t{head.number} + 1;  // the last number has no next one
}

}  // namespace

Amended amend(const Roster& before, const Amendment& amendment) {
  Amended after{before, 0};
  const auto must = [](const Status& done) { PORCHLIGHT_ASSERT(done.ok()); };
  for (const VerifyKey& member : amendment.removals) must(after.roster.remove(member));
  for (const RoleChange& change : amendment.roles) {
    must(after.roster.set_role(change.member, change.role));
  }
  after.staying = after.roster.size();
  for (const Addition& addition : amendment.additions) {
    must(after.roster.add(addition.request, addition.role));
  }
  return after;
}

MadeChange found_group(const GroupId& group, std::string_view name, JoinRequest founder,
                       std::uint32_t day, const SigningKey& identity, Random& random,
                       GroupKind kind) {
  Amendment amendment;
  amendment.additions.push_back({std::move(founder), wire::ROLE_LEAD});
  Change change;
  change.head = {group, 0, {}, day, kind};
  change.author = identity.verify_key();
  change.name = name;
  change.roster = amend({}, amendment).roster;
  change.added = {identity.verify_key()};
  return sign_change(std::move(change), EpochId{}, amendment, identity, random);
}

MadeChange make_change(const EpochHead& head, const Roster& roster, std::string_view name,
                       const Amendment& amendment, std::optional<FreshPart> fresh,
                       std::uint32_t day, const SigningKey& author, Random& random) {
  PORCHLIGHT_ASSERT(amendment.size() <= limits::epoch_operations_max && day >= head.day);
  PORCHLIGHT_ASSERT(fresh || (amendment.removals.empty() && amendment.size() > 0));
  Change change;
  change.head = {head.group, head.number + 1, {}, day, head.kind};
  change.author = author.verify_key();
  change.name = name;
  change.roster = amend(roster, amendment).roster;
  change.fresh = std::move(fresh);
  for (const Addition& addition : amendment.additions) {
    change.added.push_back(addition.request.identity());
  }
  return sign_change(std::move(change), head.id, amendment, author, random);
}

Judgement judge_change(const EpochHead& head, const Roster& roster, ByteView signed_epoch,
                       std::uint32_t seq_day, KnownRequests known) {
  Judgement judgement;
  const auto parsed = parse_epoch(signed_epoch);
  if (!parsed || roster.find(parsed->author) == nullptr ||
      !parsed->unverified.verify(wire::label::epoch, parsed->author).ok()) {
    return judgement;
  }
  judgement.by_member = true;
  judgement.author = parsed->author;
  if (!roster.is_lead(parsed->author) || !follows(*parsed, head)) return judgement;
  if (is_newer(parsed->body)) {
    judgement.kind = Judgement::Kind::newer;
    return judgement;
  }
  if (!may_come_next(head.day, parsed->head.day, seq_day) || parsed->head.kind != head.kind) {
    return judgement;
  }
  auto change = apply(*parsed, roster, known);
  if (change) {
    judgement.kind = Judgement::Kind::valid;
    judgement.change = std::move(change).value();
  } else if (change.error().code == Errc::update_needed) {
    judgement.kind = Judgement::Kind::newer;
  }
  return judgement;
}

Result<Change> read_welcoming_change(ByteView signed_epoch, const Roster& roster) {
  const auto parsed = parse_epoch(signed_epoch);
  if (!parsed) return Error{Errc::malformed, "a welcome holds an epoch that does not decode"};
  CHECK(parsed->unverified.verify(wire::label::epoch, parsed->author));
  if (is_newer(parsed->body)) return update_needed(tr("the group"));
  if (!roster.is_lead(parsed->author) || parsed->roster_hash != roster.hash(parsed->head.group) ||
      !is_clean_name(parsed->body.policy().name())) {
    return Error{Errc::not_authentic, "a welcome's epoch and its roster do not fit"};
  }
  Change change = begin_change(*parsed, roster);
  for (const wire::EpochOp& op : parsed->body.ops()) {
    if (op.has_refresh()) CHECK(apply_refresh(op.refresh(), change));
    if (!op.has_add()) continue;
    const auto request = verify_join_request(as_bytes(op.add().request()));
    if (!request || roster.find(request->identity()) == nullptr) {
      return Error{Errc::not_authentic, "a welcome's epoch and its roster do not fit"};
    }
    change.added.push_back(request->identity());
  }
  return change;
}

std::optional<Beside> read_beside(const EpochHead& head, std::span<const VerifyKey> leads,
                                  ByteView signed_epoch) {
  const auto parsed = parse_epoch(signed_epoch);
  if (!parsed || !follows(*parsed, head) || parsed->head.day < head.day ||
      std::find(leads.begin(), leads.end(), parsed->author) == leads.end() ||
      !parsed->unverified.verify(wire::label::epoch, parsed->author).ok()) {
    return std::nullopt;
  }
  Beside beside{parsed->head.id, parsed->head.day, parsed->author, {}};
  for (const wire::EpochOp& op : parsed->body.ops()) {
    VerifyKey member;
    if (op.has_remove() && read(member, op.remove().member())) beside.removals.push_back(member);
    if (beside.removals.size() == limits::epoch_operations_max) break;
  }
  return beside;
}

bool may_come_next(std::uint32_t before, std::uint32_t day, std::uint32_t seq_day) {
  // A day apart from its seq at most, but a change that a relay's replaced store has lost is stored
  // again for as many days as it is kept for that (clause 4.8).
  return day >= before && day - before <= limits::epoch_days_max &&
         day <= std::uint64_t{seq_day} + 1 &&
         seq_day <= std::uint64_t{day} + 1 + limits::ordinary_days;
}

EpochId epoch_id(ByteView body) { return hash<EpochId>("epoch", {body}); }

}  // namespace porchlight::client
