#include "client/core/epoch.hpp"

#include "client/core/codec.hpp"
#include "client/core/schedule.hpp"
#include "client/core/text.hpp"
#include "proto/base/limits.hpp"
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
  parsed.head.id = epoch_id(parsed.unverified.body);
  return parsed;
}

/// Whether something in it was made by a version that knows more (clause 10.2).
bool is_newer(const Parsed& parsed) {
  const wire::EpochBody& body = parsed.body;
  return body.suite() != suite || body.page_hashes_size() > 0 ||
         parsed.fresh_commit != fresh_commit({}) ||
         std::any_of(body.ops().begin(), body.ops().end(),
                     [](const wire::EpochOp& op) { return op.kind_case() != wire::EpochOp::kAdd; });
}

bool is_role(wire::Role role) { return role == wire::ROLE_MEMBER || role == wire::ROLE_LEAD; }

Error not_allowed() { return {Errc::not_permitted, "a change that is not allowed"}; }

/// The roster after the operations. 'update_needed' for a request or a role of a newer version,
/// 'not_permitted' where an operation is not allowed.
Result<Change> apply(const Parsed& parsed, const Roster& before) {
  const auto& ops = parsed.body.ops();
  if (ops.empty() || ops.size() > static_cast<int>(limits::epoch_additions_max)) {
    return not_allowed();
  }
  Change change{parsed.head, parsed.author, parsed.body.policy().name(), before, {}};
  for (const wire::EpochOp& op : ops) {
    TRY(JoinRequest request, verify_join_request(as_bytes(op.add().request())));
    if (op.add().role() != wire::ROLE_NONE && !is_role(op.add().role())) {
      return update_needed("the group");
    }
    if (request.group != parsed.head.group || !before.is_lead(request.inviter)) {
      return not_allowed();
    }
    change.added.push_back(request.identity());
    CHECK(change.roster.add(std::move(request), op.add().role()));
  }
  if (!change.roster.has_lead() || change.roster.hash(parsed.head.group) != parsed.roster_hash ||
      !is_clean_name(change.name)) {
    return not_allowed();
  }
  return change;
}

MadeChange sign_change(Change change, const EpochId& previous, std::span<const Addition> additions,
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
  for (const Addition& addition : additions) {
    wire::AddMember* add = body.add_ops()->mutable_add();
    add->set_request(to_string(addition.request.bytes));
    add->set_role(addition.role);
  }
  body.set_fresh_commit(fresh_commit({}).str());
  body.set_author(author.verify_key().str());
  const Bytes bytes = serialise(body);
  change.head.id = epoch_id(bytes);
  return {wire::make_signed(wire::label::epoch, bytes, author), std::move(change)};
}

MadeChange add_and_sign(Change change, const EpochId& previous, std::span<const Addition> additions,
                        const SigningKey& author, Random& random) {
  for (const Addition& addition : additions) {
    change.added.push_back(addition.request.identity());
    const Status added = change.roster.add(addition.request, addition.role);
    PORCHLIGHT_ASSERT(added.ok());
  }
  return sign_change(std::move(change), previous, additions, author, random);
}

bool is_within_a_day(std::uint32_t a, std::uint32_t b) { return (a > b ? a - b : b - a) <= 1; }

}  // namespace

MadeChange found_group(const GroupId& group, std::string_view name, JoinRequest founder,
                       std::uint32_t day, const SigningKey& identity, Random& random) {
  Change change{{group, 0, {}, day}, identity.verify_key(), std::string(name), {}, {}};
  const Addition addition{std::move(founder), wire::ROLE_LEAD};
  return add_and_sign(std::move(change), EpochId{}, std::span(&addition, 1), identity, random);
}

MadeChange make_change(const EpochHead& head, const Roster& roster, std::string_view name,
                       std::vector<Addition> additions, std::uint32_t day, const SigningKey& author,
                       Random& random) {
  PORCHLIGHT_ASSERT(!additions.empty() && additions.size() <= limits::epoch_additions_max);
  PORCHLIGHT_ASSERT(day >= head.day);
  Change change{
      {head.group, head.number + 1, {}, day}, author.verify_key(), std::string(name), roster, {}};
  return add_and_sign(std::move(change), head.id, additions, author, random);
}

Judgement judge_change(const EpochHead& head, const Roster& roster, ByteView signed_epoch,
                       std::uint32_t seq_day) {
  Judgement judgement;
  const auto parsed = parse_epoch(signed_epoch);
  if (!parsed || roster.find(parsed->author) == nullptr ||
      !parsed->unverified.verify(wire::label::epoch, parsed->author).ok()) {
    return judgement;
  }
  judgement.by_member = true;
  judgement.author = parsed->author;
  if (!roster.is_lead(parsed->author) || parsed->head.group != head.group ||
      parsed->previous != head.id ||
      parsed->head.number != std::uint64_t{head.number} + 1) {  // the last number has no next one
    return judgement;
  }
  if (is_newer(*parsed)) {
    judgement.kind = Judgement::Kind::newer;
    return judgement;
  }
  if (parsed->head.day < head.day || parsed->head.day - head.day > limits::epoch_days_max ||
      !is_within_a_day(parsed->head.day, seq_day)) {
    return judgement;
  }
  auto change = apply(*parsed, roster);
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
  if (is_newer(*parsed)) return update_needed("the group");
  if (!roster.is_lead(parsed->author) || parsed->roster_hash != roster.hash(parsed->head.group) ||
      !is_clean_name(parsed->body.policy().name())) {
    return Error{Errc::not_authentic, "a welcome's epoch and its roster do not fit"};
  }
  Change change{parsed->head, parsed->author, parsed->body.policy().name(), roster, {}};
  for (const wire::EpochOp& op : parsed->body.ops()) {
    const auto request = verify_join_request(as_bytes(op.add().request()));
    if (!request || roster.find(request->identity()) == nullptr) {
      return Error{Errc::not_authentic, "a welcome's epoch and its roster do not fit"};
    }
    change.added.push_back(request->identity());
  }
  return change;
}

EpochId epoch_id(ByteView body) { return hash<EpochId>("epoch", {body}); }

}  // namespace porchlight::client
