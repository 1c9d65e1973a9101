// The state behind a Welcome: the input is a GroupState; as it is, and completed: its `epoch` is
// then an EpochBody that is signed by the inviter, and a request of one byte stands for one that
// somebody signed. And Welcomes: the input is the body of one, signed by the fixed inviter.
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

wire::GroupState complete(wire::GroupState message) {
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

Welcome welcome_by(const fuzz::Person& author, std::uint32_t day) {
  Welcome welcome;
  welcome.author = author.key();
  welcome.day = day;
  return welcome;
}

void check_state(ByteView state) {
  wire::GroupState message;
  wire::EpochBody epoch;
  if (!parse(message, state)) return;
  const auto signed_epoch = wire::parse_signed(message.epoch());
  const bool dated = signed_epoch.ok() && parse(epoch, signed_epoch->body);
  const std::uint32_t day = dated ? epoch.day() : 0;
  PORCHLIGHT_ASSERT(!verify_welcome(welcome_by(group.member, day), state, mine).ok());
  PORCHLIGHT_ASSERT(!verify_welcome(welcome_by(group.lead, day + 1), state, mine).ok());
  const auto change = verify_welcome(welcome_by(group.lead, day), state, mine);
  if (!change.ok()) return;
  const Roster& roster = change->roster;
  PORCHLIGHT_ASSERT(change->head.group == group.id && roster.is_lead(change->author));
  PORCHLIGHT_ASSERT(roster.is_lead(mine.inviter) && roster.find(joiner.key()) != nullptr);
  PORCHLIGHT_ASSERT(roster.find(joiner.key())->request.bytes == mine.bytes);
  PORCHLIGHT_ASSERT(std::ranges::count(change->added, joiner.key()) > 0);
  for (const RosterEntry& entry : roster.entries()) {
    PORCHLIGHT_ASSERT(verify_join_request(entry.request.bytes)->group == group.id);
  }
  // It is for nobody else, and says the same when it is put on pages again.
  const JoinRequest another = fuzz::Person(4).request(group.id, group.lead.key());
  PORCHLIGHT_ASSERT(!verify_welcome(welcome_by(group.lead, day), state, another).ok() ||
                    std::ranges::count(change->added, another.identity()) > 0);
  const ControlKeys control{fuzz::filled<SigningSeed>(1), fuzz::filled<SigningSeed>(2),
                            fuzz::filled<SealSeed>(3)};
  Bytes again;
  const auto pages = make_state_pages(as_bytes(message.epoch()), roster, control);
  for (std::uint32_t i = 0; i < pages.size(); ++i) {
    const auto payload = open_page(derive_page(control, PageKind::state, i), PageKind::state,
                                   pages[i].envelope, pages[i].hash);
    again.insert(again.end(), payload->begin(), payload->end());
  }
  PORCHLIGHT_ASSERT(verify_welcome(welcome_by(group.lead, day), again, mine)->head.id ==
                    change->head.id);
}

void check_welcome(ByteView body) {
  const Bytes bytes = wire::make_signed(wire::label::welcome, body, group.lead.identity);
  const std::vector others{group.member.key()};
  const std::vector authors{group.member.key(), group.lead.key()};
  PORCHLIGHT_ASSERT(!open_welcome(bytes, others).ok());
  auto welcome = open_welcome(bytes, authors);
  if (!welcome.ok()) return;
  wire::Welcome message;
  PORCHLIGHT_ASSERT(parse(message, body) && message.day() == welcome->day);
  PORCHLIGHT_ASSERT(as_text(welcome->keys.carry.reveal()) == message.carry());
  PORCHLIGHT_ASSERT(as_text(welcome->keys.day.reveal()) == message.day_secret());
  PORCHLIGHT_ASSERT(welcome->author == group.lead.key());
  const std::size_t pages = welcome->state_pages.size();
  PORCHLIGHT_ASSERT(pages > 0 && pages <= limits::state_pages_max);
  const Arrival arrival(std::move(welcome).value(), SecretBytes(ByteView(bytes)), 1);
  PORCHLIGHT_ASSERT(arrival.pages().size() == pages && !arrival.is_whole());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_welcome({data, size});
  check_state({data, size});
  wire::GroupState message;
  if (parse(message, {data, size})) check_state(serialise(complete(std::move(message))));
  return 0;
}
