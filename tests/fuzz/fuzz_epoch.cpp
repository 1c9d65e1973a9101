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

wire::EpochBody complete(wire::EpochBody body) {
  Roster after = group.roster;
  for (wire::EpochOp& op : *body.mutable_ops()) {
    group.add(*op.mutable_add()->mutable_request(), op.add().role(), after);
  }
  if (body.roster_hash().empty()) body.set_roster_hash(after.hash(group.id).str());
  return body;
}

void check_valid(const Change& change, ByteView signed_epoch) {
  const auto before = group.roster.entries();
  const auto after = change.roster.entries();
  PORCHLIGHT_ASSERT(after.size() == before.size() + change.added.size());
  PORCHLIGHT_ASSERT(after.size() <= limits::group_members_max && !change.added.empty());
  for (std::size_t i = 0; i < after.size(); ++i) {
    const RosterEntry& entry = after[i];
    if (i < before.size()) {
      PORCHLIGHT_ASSERT(entry.request.bytes == before[i].request.bytes);
      PORCHLIGHT_ASSERT(entry.role == before[i].role);
    } else {
      PORCHLIGHT_ASSERT(entry.identity() == change.added[i - before.size()]);
      PORCHLIGHT_ASSERT(group.roster.find(entry.identity()) == nullptr);
      PORCHLIGHT_ASSERT(group.roster.is_lead(entry.request.inviter));
    }
    PORCHLIGHT_ASSERT(verify_join_request(entry.request.bytes)->group == group.id);
    PORCHLIGHT_ASSERT(change.roster.position(entry.identity()) == i);
  }
  PORCHLIGHT_ASSERT(change.roster.has_lead() && change.author == group.lead.key());
  PORCHLIGHT_ASSERT(change.head.group == group.id && change.head.number == group.head.number + 1);
  PORCHLIGHT_ASSERT(change.head.day >= group.head.day && change.head.day <= seq_day + 1);

  // Who was added reads the same in it, and nobody judges it from another state or day.
  const auto welcoming = read_welcoming_change(signed_epoch, change.roster);
  PORCHLIGHT_ASSERT(welcoming.ok() && welcoming->head.id == change.head.id);
  PORCHLIGHT_ASSERT(welcoming->added == change.added && welcoming->name == change.name);
  PORCHLIGHT_ASSERT(!read_welcoming_change(signed_epoch, group.roster).ok());
  PORCHLIGHT_ASSERT(judge_change(change.head, change.roster, signed_epoch, seq_day).kind ==
                    Kind::invalid);
  PORCHLIGHT_ASSERT(
      judge_change(group.head, group.roster, signed_epoch, change.head.day + 2).kind ==
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
