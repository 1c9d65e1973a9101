// Catching up by a Welcome (clause 10.10): asking the leads, being asked as a lead, and going on
// where one of them agreed.
#include "client/core/short_name.hpp"
#include "client/core/state.hpp"
#include "proto/base/limits.hpp"
#include "proto/wire/envelope.hpp"

namespace porchlight::client {
namespace {

/// Nobody may have seen the last one: a lead's inbox keeps it for weeks, a person forgets sooner.
constexpr auto ask_again_after = std::chrono::hours(24);

bool is_within(TimePoint a, TimePoint b, std::chrono::hours most) {
  return (a > b ? a - b : b - a) < most;
}

}  // namespace

/// Those who lead in the newest epoch that is held, and still do in the change whose keys are
/// missing: who was just taken out must not answer. What was found once is not forgotten with that
/// change.
std::vector<const RosterEntry*> Core::State::leads_to_ask(const Group& group) const {
  std::vector<const RosterEntry*> leads;
  for (const RosterEntry& entry : group.roster().entries()) {
    const VerifyKey& lead = entry.identity();
    const bool was_asked =
        !group.asking() || std::find(group.asking()->leads.begin(), group.asking()->leads.end(),
                                     lead) != group.asking()->leads.end();
    const bool still_leads = !group.awaited || group.awaited->change.roster.is_lead(lead);
    if (entry.role == wire::ROLE_LEAD && lead != me.id() && was_asked && still_leads) {
      leads.push_back(&entry);
    }
  }
  return leads;
}

bool Core::State::ask_to_catch_up(Group& group, TimePoint now) {
  if (group.removed() || group.halted()) return false;
  const std::vector<const RosterEntry*> leads = leads_to_ask(group);
  if (leads.empty()) return false;
  if (group.asking() && is_within(group.asking()->asked, now, ask_again_after)) return true;
  // The key stays the same: a lead may be answering what was asked yesterday.
  Asking asking{group.asking() ? *SealSeed::from(group.asking()->one_time.reveal())
                               : random.secret<SealSeed>(),
                now,
                {}};
  const EpochHead& head = group.newest().head;
  wire::InboxMessage message;
  message.set_catch_up(to_string(make_catch_up(
      {group.id(), head.number, head.id, seal_key(asking.one_time), me.card()}, me.identity())));
  const Bytes payload = serialise(message);
  forget_asking(group);
  for (const RosterEntry* lead : leads) {
    asking.leads.push_back(lead->identity());
    auto envelope = wire::seal_envelope(lead->card().seal_key, payload);
    PORCHLIGHT_ASSERT(envelope.ok());
    OutboxEntry entry;
    entry.item.address = lead->card().inbox;
    entry.item.envelope = std::move(envelope).value();
    entry.purpose = OutboxPurpose::catch_up;
    entry.group = group.id();
    outbox.add(std::move(entry));
  }
  for (Arrival& arrival : group.arrivals()) asking.arrivals.push_back(std::move(arrival));
  group.set_asking(std::move(asking));
  return true;
}

void Core::State::forget_asking(const Group& group) {
  outbox.erase_if([&](const OutboxEntry& entry) {
    return entry.purpose == OutboxPurpose::catch_up && entry.group == group.id();
  });
}

/// The same is asked every day: only the envelope tells one of them from another.
void Core::State::receive_catch_up(const EnvelopeHash& envelope, ByteView signed_catch_up,
                                   TimePoint now) {
  auto asked = verify_catch_up(signed_catch_up);
  if (!asked) return;
  Group* group = find_group(asked->group);
  if (group == nullptr || group->removed() || asked->identity() == me.id() ||
      group->roster().find(asked->identity()) == nullptr || !group->roster().is_lead(me.id())) {
    return;
  }
  if (!people.see_catch_up(envelope, now) || people.catch_ups.contains(asked->hash)) return;
  compare_history(*group, asked->identity(), asked->number, asked->epoch, now);
  (void)group->renew_card({asked->signed_card, asked->card});
  // The newest counts; what was agreed to before was for another key.
  forget_proposal(*group);
  settle_catch_up(group->id(), asked->identity());
  const RequestHash hash = asked->hash;
  const auto& pending =
      people.catch_ups
          .emplace(hash, PendingCatchUp{std::move(asked).value(), to_the_minute(now), false})
          .first->second;
  people.save(pending);
  tell(Notice::Kind::join_requested, group->id(), {},
       short_name(hash.view(), request_name_chars()));
}

void Core::State::settle_catch_up(const GroupId& group, const VerifyKey& member) {
  std::vector<RequestHash> settled;
  for (const auto& [hash, pending] : people.catch_ups) {
    if (pending.asked.group == group && pending.asked.identity() == member) {
      settled.push_back(hash);
    }
  }
  for (const RequestHash& hash : settled) people.erase_request(hash);
}

/// Those whom this lead lets catch up.
std::vector<VerifyKey> Core::State::refreshed(const Group& group) const {
  std::vector<VerifyKey> members;
  for (const auto& [hash, pending] : people.catch_ups) {
    if (pending.approved && pending.asked.group == group.id()) {
      members.push_back(pending.asked.identity());
    }
  }
  return members;
}

}  // namespace porchlight::client
