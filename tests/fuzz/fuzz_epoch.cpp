// Changes to a group: the input is an EpochBody that a lead, and then a mere member, signed. It is
// tried as it is, and completed with requests and the roster's hash, which no fuzzer can guess.
#include "client/core/epoch.hpp"

#include "client/core/codec.hpp"
#include "proto/base/limits.hpp"
#include "proto/wire/group.pb.h"
#include "tests/fuzz/people.hpp"

using namespace porchlight;
using namespace porchlight::client;

namespace {

using Kind = Judgement::Kind;

const fuzz::Group group;
const std::uint32_t seq_day = group.head.day + 1;

bool contains(const std::vector<VerifyKey>& keys, const RosterEntry& entry) {
  return std::find(keys.begin(), keys.end(), entry.identity()) != keys.end();
}

/// A member of one byte stands for one of the two there are.
std::optional<VerifyKey> complete(std::string& member) {
  if (member.size() == 1) {
    member = (static_cast<Byte>(member[0]) % 2 == 0 ? group.lead : group.member).key().str();
  }
  return VerifyKey::from(as_bytes(member));
}

/// Operations that can be done are done to `after`; what cannot be is left for the judge to find.
void complete(wire::EpochOp& op, Roster& after) {
  if (op.has_add()) {
    group.add(*op.mutable_add()->mutable_request(), op.add().role(), after);
  } else if (op.has_remove()) {
    const auto member = complete(*op.mutable_remove()->mutable_member());
    if (member) (void)after.remove(*member);
  } else if (op.has_set_role()) {
    const auto member = complete(*op.mutable_set_role()->mutable_member());
    if (member) (void)after.set_role(*member, op.set_role().role());
  } else if (op.has_refresh()) {
    (void)complete(*op.mutable_refresh()->mutable_member());
  }
}

wire::EpochBody complete(wire::EpochBody body) {
  Roster after = group.roster;
  for (wire::EpochOp& op : *body.mutable_ops()) complete(op, after);
  if (body.roster_hash().empty()) body.set_roster_hash(after.hash(group.id).str());
  return body;
}

/// Everyone after the change was added, or stands where they stood, in the order they had, in the
/// role they had unless the change gave another.
void check_entries(const Change& change) {
  const auto after = change.roster.entries();
  const std::size_t staying = group.roster.size() - change.removed.size();
  PORCHLIGHT_ASSERT(after.size() == staying + change.added.size());
  PORCHLIGHT_ASSERT(after.size() <= limits::group_members_max && change.roster.has_lead());
  for (std::size_t i = 0; i < after.size(); ++i) {
    const RosterEntry& entry = after[i];
    const RosterEntry* before = group.roster.find(entry.identity());
    PORCHLIGHT_ASSERT((before != nullptr) == (i < staying));
    if (before != nullptr) {
      PORCHLIGHT_ASSERT(entry.request.bytes == before->request.bytes);
      PORCHLIGHT_ASSERT(entry.role == before->role || contains(change.role_changed, entry));
    } else {
      PORCHLIGHT_ASSERT(entry.identity() == change.added[i - staying]);
      PORCHLIGHT_ASSERT(group.roster.is_lead(entry.request.inviter));
    }
    PORCHLIGHT_ASSERT(verify_join_request(entry.request.bytes)->group == group.id);
    PORCHLIGHT_ASSERT(change.roster.position(entry.identity()) == i);
  }
  for (const RosterEntry& removed : change.removed) {
    PORCHLIGHT_ASSERT(group.roster.find(removed.identity()) != nullptr);
    PORCHLIGHT_ASSERT(change.roster.find(removed.identity()) == nullptr);
  }
}

void check_valid(const Change& change, ByteView signed_epoch) {
  check_entries(change);
  PORCHLIGHT_ASSERT(change.author == group.lead.key());
  PORCHLIGHT_ASSERT(change.head.group == group.id && change.head.number == group.head.number + 1);
  PORCHLIGHT_ASSERT(change.head.kind == group.head.kind);
  PORCHLIGHT_ASSERT(change.head.day >= group.head.day && change.head.day <= seq_day + 1);
  // A way out for those who were removed, or for nothing at all, needs new keys.
  const bool nothing =
      change.added.empty() && change.role_changed.empty() && change.refreshed.empty();
  for (const VerifyKey& refreshed : change.refreshed) {
    PORCHLIGHT_ASSERT(group.roster.find(refreshed) && change.roster.find(refreshed));
  }
  PORCHLIGHT_ASSERT(change.fresh || (change.removed.empty() && !nothing));

  // Who was added reads the same in it, unless its author is no lead any more, and nobody judges
  // it from another state or day.
  const auto welcoming = read_welcoming_change(signed_epoch, change.roster);
  PORCHLIGHT_ASSERT(welcoming.ok() == change.roster.is_lead(change.author));
  if (welcoming) {
    PORCHLIGHT_ASSERT(welcoming->head.id == change.head.id && welcoming->added == change.added);
    PORCHLIGHT_ASSERT(welcoming->name == change.name);
    PORCHLIGHT_ASSERT(welcoming->head.kind == change.head.kind);
  }
  const bool same_roster = change.roster.hash(group.id) == group.roster.hash(group.id);
  PORCHLIGHT_ASSERT(read_welcoming_change(signed_epoch, group.roster).ok() == same_roster);
  PORCHLIGHT_ASSERT(judge_change(change.head, change.roster, signed_epoch, seq_day).kind ==
                    Kind::invalid);
  // The last day on which it may be stored, by who brings it back, is the one before this.
  const std::uint32_t too_late = change.head.day + 2 + limits::ordinary_days;
  PORCHLIGHT_ASSERT(judge_change(group.head, group.roster, signed_epoch, too_late).kind ==
                    Kind::invalid);
}

Judgement judge(ByteView body, const fuzz::Person& author) {
  const Bytes bytes = wire::make_signed(wire::label::epoch, body, author.identity);
  Judgement judgement = judge_change(group.head, group.roster, bytes, seq_day);
  const Judgement again = judge_change(group.head, group.roster, bytes, seq_day);
  PORCHLIGHT_ASSERT(judgement.kind == again.kind && judgement.by_member == again.by_member);
  PORCHLIGHT_ASSERT(judgement.change.has_value() == (judgement.kind == Kind::valid));
  PORCHLIGHT_ASSERT(judgement.by_member || judgement.kind == Kind::invalid);
  if (judgement.change) {
    PORCHLIGHT_ASSERT(again.change->roster.hash(group.id) ==
                      judgement.change->roster.hash(group.id));
    check_valid(*judgement.change, bytes);
  }
  return judgement;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  judge({data, size}, group.lead);
  wire::EpochBody body;
  if (!parse(body, {data, size})) return 0;
  body = complete(std::move(body));
  judge(serialise(body), group.lead);
  // A member's signature holds, and decides nothing.
  body.set_author(group.member.key().str());
  PORCHLIGHT_ASSERT(judge(serialise(body), group.member).kind == Kind::invalid);
  return 0;
}
