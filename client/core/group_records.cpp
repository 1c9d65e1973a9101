#include "client/core/group_records.hpp"

#include "client/core/group.hpp"
#include "client/core/record_fields.hpp"
#include "client/core/state.pb.h"

namespace porchlight::client {
namespace {

bool is_kept_alike(const RosterEntry& a, const RosterEntry& b) {
  const auto card = [](const RosterEntry& entry) {
    return entry.renewed ? ByteView(entry.renewed->bytes) : ByteView();
  };
  return a.role == b.role && a.request.hash == b.request.hash &&
         std::ranges::equal(a.request.bytes, b.request.bytes) &&
         std::ranges::equal(card(a), card(b));
}

}  // namespace

void Group::save_head() {
  state::Group kept;
  kept.set_name(name_);
  kept.set_halted(halted_);
  kept.set_removed(removed_);
  kept.set_split(split_);
  kept.set_removal_epoch(removal_epoch_);
  kept.set_lead_loss_epoch(lead_loss_epoch_);
  for (const auto& [member, hour] : out_) {
    auto* out = kept.add_out();
    out->set_member(member.str());
    out->set_hour(hour);
  }
  if (heard_) {
    kept.mutable_heard()->set_member(heard_->member.str());
    kept.mutable_heard()->set_number(heard_->number);
    kept.mutable_heard()->set_epoch(heard_->epoch.str());
  }
  if (leaving_) kept.set_leaving_minute(wire::unix_minute(*leaving_));
  for (const Contest& contest : contests_) {
    auto* added = kept.add_contests();
    added->set_member(contest.member.str());
    added->set_author(contest.author.str());
  }
  if (accepted_rules_) kept.set_accepted_rules(accepted_rules_->str());
  journal_.put(Table::groups, group_key(group_record::head, id_), kept);
}

void Group::save_roster(const Roster& before) {
  auto old = before.entries().begin();
  const auto end = before.entries().end();
  const auto erase_below = [&](std::uint64_t place) {
    for (; old != end && old->place < place; ++old) {
      journal_.erase(Table::groups, group_key(group_record::member, id_, {old->place}));
    }
  };
  for (const RosterEntry& entry : roster_.entries()) {
    erase_below(entry.place);
    const bool stays = old != end && old->place == entry.place;
    if (!stays || !is_kept_alike(*old, entry)) save_entry(entry);
    if (stays) ++old;
  }
  erase_below(UINT64_MAX);
}

void Group::save_entry(const RosterEntry& entry) {
  state::RosterEntry kept;
  kept.set_request(to_string(entry.request.bytes));
  kept.set_role(entry.role);
  if (entry.renewed) kept.set_card(to_string(entry.renewed->bytes));
  journal_.put(Table::groups, group_key(group_record::member, id_, {entry.place}), kept);
}

void Group::save_wishes() {
  const Bytes key = group_key(group_record::wishes, id_);
  if (wishes_.empty()) return journal_.erase(Table::groups, key);
  state::Wishes kept;
  for (const VerifyKey& member : wishes_.removals) kept.add_removals(member.str());
  for (const RoleChange& change : wishes_.roles) {
    auto* added = kept.add_roles();
    added->set_member(change.member.str());
    added->set_role(change.role);
  }
  for (const VerifyKey& member : wishes_.keeps) kept.add_keeps(member.str());
  kept.set_rekey(wishes_.rekey);
  journal_.put(Table::groups, key, kept);
}

void Group::save_asking() {
  const Bytes key = group_key(group_record::asking, id_);
  if (!asking_) return journal_.erase(Table::groups, key);
  state::Asking kept;
  put_secret(kept.mutable_one_time(), asking_->one_time);
  kept.set_asked_minute(wire::unix_minute(asking_->asked));
  for (const VerifyKey& lead : asking_->leads) kept.add_leads(lead.str());
  for (const Arrival& arrival : asking_->arrivals) {
    auto* answer = kept.add_answers();
    answer->set_welcome(to_string(arrival.signed_welcome().reveal()));
    answer->set_seq(arrival.seq());
  }
  journal_.put(Table::groups, key, kept);
  wipe_text(*kept.mutable_one_time());
  for (auto& answer : *kept.mutable_answers()) wipe_text(*answer.mutable_welcome());
}

void Group::save_epoch(const Epoch& epoch) {
  state::Epoch kept;
  kept.set_id(epoch.head.id.str());
  kept.set_day(epoch.head.day);
  kept.set_legal(epoch.head.kind == GroupKind::legal);
  put_secret(kept.mutable_ctl_collect(), epoch.control.collect);
  put_secret(kept.mutable_ctl_drop(), epoch.control.drop);
  put_secret(kept.mutable_ctl_seal(), epoch.control.seal);
  kept.set_ctl_address(to_string(epoch.control_address.encode()));
  if (epoch.carry) put_secret(kept.mutable_carry(), *epoch.carry);
  put_secret(kept.mutable_attribution(), epoch.attribution);
  kept.set_next_day(epoch.days.next_day());
  if (epoch.days.next()) put_secret(kept.mutable_next_day_secret(), *epoch.days.next());
  kept.set_fresh_day(epoch.fresh_day);
  if (epoch.succeeded) {
    kept.set_successor(epoch.succeeded->by.str());
    kept.set_successor_seq(epoch.succeeded->seq);
    kept.set_succeeded_on(epoch.succeeded->on_day);
    for (const VerifyKey& lead : epoch.succeeded->leads) kept.add_leads(lead.str());
  }
  journal_.put(Table::groups, group_key(group_record::epoch, id_, {epoch.head.number}), kept);
  for (std::string* secret :
       {kept.mutable_ctl_collect(), kept.mutable_ctl_drop(), kept.mutable_ctl_seal(),
        kept.mutable_carry(), kept.mutable_attribution(), kept.mutable_next_day_secret()}) {
    wipe_text(*secret);
  }
}

void Group::erase_epoch(const Epoch& epoch) {
  journal_.erase(Table::groups, group_key(group_record::epoch, id_, {epoch.head.number}));
  journal_.erase(Table::groups, group_key(group_record::senders, id_, {epoch.head.number}));
}

void Group::save_senders(const Epoch& epoch) {
  state::Senders kept;
  for (const VerifyKey& sender : epoch.senders) kept.add_senders(sender.str());
  journal_.put(Table::groups, group_key(group_record::senders, id_, {epoch.head.number}), kept);
}

void Group::save_day(const Epoch& epoch, std::uint32_t number, const Day& day) {
  state::Day kept;
  put_secret(kept.mutable_collect(), day.keys.collect);
  put_secret(kept.mutable_drop(), day.keys.drop);
  put_secret(kept.mutable_seal(), day.keys.seal);
  kept.set_complete(day.complete);
  for (const auto& [number_of, secret] : day.branches) {
    auto* branch = kept.add_branches();
    branch->set_number(number_of);
    put_secret(branch->mutable_secret(), secret);
  }
  journal_.put(Table::groups, group_key(group_record::day, id_, {epoch.head.number, number}), kept);
  for (std::string* secret : {kept.mutable_collect(), kept.mutable_drop(), kept.mutable_seal()}) {
    wipe_text(*secret);
  }
  for (auto& branch : *kept.mutable_branches()) wipe_text(*branch.mutable_secret());
}

void Group::erase_day(const Epoch& epoch, std::uint32_t number, const Day& day) {
  journal_.erase(Table::groups, group_key(group_record::day, id_, {epoch.head.number, number}));
  for (const auto& [sender, chain] : day.chains) {
    journal_.erase(Table::groups,
                   group_key(group_record::chain, id_, {epoch.head.number, number, sender}));
  }
}

void Group::save_chain(const Epoch& epoch, std::uint32_t day, const VerifyKey& sender,
                       const Chain& chain) {
  state::Chain kept;
  put_secret(kept.mutable_key(), chain.key());
  kept.set_next(chain.next());
  for (const auto& [counter, key] : chain.skipped()) {
    kept.add_skipped_counters(counter);
    put_secret(kept.add_skipped_keys(), key);
  }
  journal_.put(Table::groups, group_key(group_record::chain, id_, {epoch.head.number, day, sender}),
               kept);
  wipe_text(*kept.mutable_key());
  for (std::string& key : *kept.mutable_skipped_keys()) wipe_text(key);
}

bool Group::load(char kind, ByteView rest, ByteView value) {
  switch (kind) {
    case group_record::head:
      return rest.empty() && load_head(value);
    case group_record::member:
      return load_entry(rest, value);
    case group_record::epoch:
      return load_epoch(rest, value);
    case group_record::senders:
      return load_senders(rest, value);
    case group_record::day:
      return load_day(rest, value);
    case group_record::chain:
      return load_chain(rest, value);
    case group_record::wishes:
      return rest.empty() && load_wishes(value);
    case group_record::asking:
      return rest.empty() && load_asking(value);
    case group_record::frame: {
      const auto hash = FrameHash::from(rest);
      return hash && frames.load(*hash, value);
    }
    default:
      return false;
  }
}

bool Group::load_head(ByteView value) {
  state::Group kept;
  if (!parse(kept, value)) return false;
  name_ = kept.name();
  halted_ = kept.halted();
  removed_ = kept.removed();
  split_ = kept.split();
  removal_epoch_ = kept.removal_epoch();
  lead_loss_epoch_ = kept.lead_loss_epoch();
  for (const auto& out : kept.out()) {
    VerifyKey member;
    if (!read(member, out.member())) return false;
    out_[member] = out.hour();
  }
  if (kept.has_heard()) {
    Heard& heard = heard_.emplace();
    heard.number = kept.heard().number();
    if (!read(heard.member, kept.heard().member()) || !read(heard.epoch, kept.heard().epoch())) {
      return false;
    }
  }
  if (kept.leaving_minute() != 0) leaving_ = from_minute(kept.leaving_minute());
  accepted_rules_ = RulesHash::from(as_bytes(kept.accepted_rules()));
  for (const auto& contest : kept.contests()) {
    Contest& added = contests_.emplace_back();
    if (!read(added.member, contest.member()) || !read(added.author, contest.author())) {
      return false;
    }
  }
  return true;
}

bool Group::load_entry(ByteView rest, ByteView value) {
  state::RosterEntry kept;
  const auto place = take_number(rest);
  if (!place || !rest.empty() || !parse(kept, value)) return false;
  auto request = read_kept_join_request(as_bytes(kept.request()));
  if (!request) return false;
  RosterEntry entry{std::move(request).value(), kept.role(), {}, *place};
  if (!kept.card().empty()) {
    auto card = read_kept_card(as_bytes(kept.card()));
    if (!card) return false;
    entry.renewed = SignedCard{to_bytes(as_bytes(kept.card())), std::move(card).value()};
  }
  return roster_.put_back(std::move(entry));
}

bool Group::load_wishes(ByteView value) {
  state::Wishes kept;
  if (!parse(kept, value)) return false;
  for (const std::string& member : kept.removals()) {
    if (!read(wishes_.removals.emplace_back(), member)) return false;
  }
  for (const auto& change : kept.roles()) {
    if (!read(wishes_.roles.emplace_back().member, change.member())) return false;
    wishes_.roles.back().role = change.role();
  }
  for (const std::string& member : kept.keeps()) {
    if (!read(wishes_.keeps.emplace_back(), member)) return false;
  }
  wishes_.rekey = kept.rekey();
  return true;
}

bool Group::load_asking(ByteView value) {
  state::Asking kept;
  if (!parse(kept, value) || !take_secret(asking_.emplace().one_time, *kept.mutable_one_time())) {
    return false;
  }
  asking_->asked = from_minute(kept.asked_minute());
  for (const std::string& lead : kept.leads()) {
    if (!read(asking_->leads.emplace_back(), lead)) return false;
  }
  for (auto& answer : *kept.mutable_answers()) {
    auto arrival = load_arrival(*answer.mutable_welcome(), answer.seq(), asking_->leads);
    if (arrival) asking_->arrivals.push_back(*std::move(arrival));
  }
  return true;
}

bool Group::load_epoch(ByteView rest, ByteView value) {
  state::Epoch kept;
  const auto number = take_number(rest);
  EpochHead head;
  ControlKeys control;
  AttributionKey attribution;
  if (!number || !rest.empty() || !parse(kept, value) || !read(head.id, kept.id()) ||
      !take_secret(control.collect, *kept.mutable_ctl_collect()) ||
      !take_secret(control.drop, *kept.mutable_ctl_drop()) ||
      !take_secret(control.seal, *kept.mutable_ctl_seal()) ||
      !take_secret(attribution, *kept.mutable_attribution())) {
    return false;
  }
  auto address = wire::MailboxAddress::decode(kept.ctl_address());
  if (!address) return false;
  head.group = id_;
  head.number = *number;
  head.day = kept.day();
  head.kind = kept.legal() ? GroupKind::legal : GroupKind::ordinary;
  std::optional<DaySecret> next;
  if (!kept.next_day_secret().empty()) {
    if (!take_secret(next.emplace(), *kept.mutable_next_day_secret())) return false;
  }
  Epoch epoch(head, std::move(control), std::move(address).value(), std::move(attribution),
              DayRatchet(std::move(next), kept.next_day()));
  if (!kept.carry().empty()) {
    if (!take_secret(epoch.carry.emplace(), *kept.mutable_carry())) return false;
  }
  epoch.fresh_day = kept.fresh_day();
  if (!kept.successor().empty()) {
    Succession& succession = epoch.succeeded.emplace();
    if (!read(succession.by, kept.successor())) return false;
    succession.seq = kept.successor_seq();
    succession.on_day = kept.succeeded_on();
    for (const std::string& lead : kept.leads()) {
      if (!read(succession.leads.emplace_back(), lead)) return false;
    }
  }
  const SealSeed gone;
  epoch.control_readable = !equal_constant_time(epoch.control.seal.reveal(), gone.reveal());
  epochs_.emplace(*number, std::move(epoch));
  return true;
}

bool Group::load_senders(ByteView rest, ByteView value) {
  state::Senders kept;
  const auto number = take_number(rest);
  Epoch* epoch = number && rest.empty() ? find_epoch(*number) : nullptr;
  if (epoch == nullptr || !parse(kept, value)) return false;
  for (const std::string& sender : kept.senders()) {
    if (!read(epoch->senders.emplace_back(), sender)) return false;
  }
  return true;
}

bool Group::load_day(ByteView rest, ByteView value) {
  state::Day kept;
  const auto epoch_number = take_number(rest);
  const auto number = take_number(rest);
  DayKeys keys;
  if (!number || !rest.empty() || !parse(kept, value) || !find_epoch(*epoch_number) ||
      !take_secret(keys.collect, *kept.mutable_collect()) ||
      !take_secret(keys.drop, *kept.mutable_drop()) ||
      !take_secret(keys.seal, *kept.mutable_seal())) {
    return false;
  }
  Day day(std::move(keys));
  day.complete = kept.complete();
  for (auto& branch : *kept.mutable_branches()) {
    if (!take_secret(day.branches[branch.number()], *branch.mutable_secret())) return false;
  }
  find_epoch(*epoch_number)->days.days().emplace(*number, std::move(day));
  return true;
}

bool Group::load_chain(ByteView rest, ByteView value) {
  state::Chain kept;
  const auto epoch_number = take_number(rest);
  const auto number = take_number(rest);
  const auto sender = VerifyKey::from(rest);
  ChainKey key;
  if (!number || !sender || !parse(kept, value) || !take_secret(key, *kept.mutable_key()) ||
      kept.skipped_counters_size() != kept.skipped_keys_size()) {
    return false;
  }
  Epoch* epoch = find_epoch(*epoch_number);
  Day* day = epoch != nullptr ? epoch->days.find(*number) : nullptr;
  if (day == nullptr) return false;
  std::map<std::uint32_t, MessageKey> skipped;
  for (int i = 0; i < kept.skipped_counters_size(); ++i) {
    MessageKey& skipped_key = skipped[kept.skipped_counters(i)];
    if (!take_secret(skipped_key, *kept.mutable_skipped_keys(i))) return false;
  }
  day->chains.emplace(*sender, Chain(std::move(key), kept.next(), std::move(skipped)));
  return true;
}

}  // namespace porchlight::client
