// Welcomes: the input is the body of one, signed by the fixed inviter; as it is, and completed: its
// `epoch` is then an EpochBody that is signed by the inviter, and a request of one byte stands for
// one that somebody signed.
#include "client/core/welcome.hpp"

#include "client/core/codec.hpp"
#include "proto/wire/group.pb.h"
#include "tests/fuzz/people.hpp"

using namespace porchlight;
using namespace porchlight::client;

namespace {

const fuzz::Group group;
const fuzz::Person joiner(3);
const JoinRequest mine = joiner.request(group.id, group.lead.key());

wire::Welcome complete(wire::Welcome message) {
  Roster roster;
  for (wire::RosterEntry& entry : *message.mutable_roster()) {
    group.add(*entry.mutable_request(), entry.role(), roster);
  }
  wire::EpochBody epoch;
  if (!parse(epoch, as_bytes(message.epoch()))) return message;
  Roster added;
  for (wire::EpochOp& op : *epoch.mutable_ops()) {
    group.add(*op.mutable_add()->mutable_request(), op.add().role(), added);
  }
  if (epoch.roster_hash().empty()) epoch.set_roster_hash(roster.hash(group.id).str());
  message.set_epoch(
      to_string(wire::make_signed(wire::label::epoch, serialise(epoch), group.lead.identity)));
  return message;
}

void check(ByteView body) {
  const Bytes bytes = wire::make_signed(wire::label::welcome, body, group.lead.identity);
  const Bytes by_another = wire::make_signed(wire::label::welcome, body, group.member.identity);
  PORCHLIGHT_ASSERT(!verify_welcome(by_another, mine).ok());
  const auto welcomed = verify_welcome(bytes, mine);
  if (!welcomed.ok()) return;
  const Change& change = welcomed->change;
  const Roster& roster = change.roster;
  PORCHLIGHT_ASSERT(change.head.group == group.id && roster.is_lead(change.author));
  PORCHLIGHT_ASSERT(roster.is_lead(mine.inviter) && roster.find(joiner.key()) != nullptr);
  PORCHLIGHT_ASSERT(roster.find(joiner.key())->request.bytes == mine.bytes);
  PORCHLIGHT_ASSERT(std::ranges::count(change.added, joiner.key()) > 0);
  for (const RosterEntry& entry : roster.entries()) {
    PORCHLIGHT_ASSERT(verify_join_request(entry.request.bytes)->group == group.id);
  }
  wire::Welcome message;
  PORCHLIGHT_ASSERT(parse(message, body) && message.day() == change.head.day);
  PORCHLIGHT_ASSERT(as_text(welcomed->keys.carry.reveal()) == message.carry());
  PORCHLIGHT_ASSERT(as_text(welcomed->keys.day.reveal()) == message.day_secret());

  // It is for nobody else, and says the same when it is written again.
  const JoinRequest another = fuzz::Person(4).request(group.id, group.lead.key());
  PORCHLIGHT_ASSERT(!verify_welcome(bytes, another).ok() ||
                    std::ranges::count(change.added, another.identity()) > 0);
  const Bytes again =
      make_welcome(as_bytes(message.epoch()), change, welcomed->keys, group.lead.identity);
  PORCHLIGHT_ASSERT(verify_welcome(again, mine)->change.head.id == change.head.id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check({data, size});
  wire::Welcome message;
  if (parse(message, {data, size})) check(serialise(complete(std::move(message))));
  return 0;
}
