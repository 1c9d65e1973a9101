#include "client/core/group.hpp"

#include "client/core/group_records.hpp"

namespace porchlight::client {
namespace {

/// Of an epoch that is succeeded, this many days up to its end are kept until they were read: more
/// than any relay keeps.
constexpr std::uint32_t last_days = 40;
/// For how many days after its succession an epoch's control mailbox is read, and written.
constexpr std::uint32_t readable_days = 1;
/// One change takes out fewer than this.
constexpr std::size_t out_max = 256;
static_assert(limits::epoch_operations_max < out_max);
constexpr std::uint32_t writable_days = 7;
static_assert(readable_days < writable_days);

}  // namespace

Epoch::Epoch(EpochHead epoch_head, EpochKeys keys)
    : head(std::move(epoch_head)),
      control(std::move(keys.control)),
      control_address(control.address()),
      control_mailbox(control_address.id()),
      carry(std::move(keys.carry)),
      attribution(std::move(keys.attribution)),
      days(std::move(keys.day), head.day) {}

Epoch::Epoch(EpochHead epoch_head, ControlKeys keys, wire::MailboxAddress address,
             AttributionKey attribution_key, DayRatchet ratchet)
    : head(std::move(epoch_head)),
      control(std::move(keys)),
      control_address(std::move(address)),
      control_mailbox(control_address.id()),
      attribution(std::move(attribution_key)),
      days(std::move(ratchet)) {}

Epoch* Group::find_epoch(std::uint32_t number) {
  const auto found = epochs_.find(number);
  return found == epochs_.end() ? nullptr : &found->second;
}

void Group::begin(const Change& change, EpochKeys keys) {
  PORCHLIGHT_ASSERT(epochs_.empty());
  emplace(change, std::move(keys), change.head.day);
}

Epoch& Group::emplace(const Change& change, EpochKeys keys, std::uint32_t fresh_day) {
  name_ = change.name;
  const Roster before = std::exchange(roster_, change.roster);
  halted_ = split_ = false;
  Epoch& epoch =
      epochs_.emplace(change.head.number, Epoch(change.head, std::move(keys))).first->second;
  epoch.fresh_day = fresh_day;
  epoch.senders = roster_.identities();
  std::sort(epoch.senders.begin(), epoch.senders.end());
  save_head();
  save_roster(before);
  save_epoch(epoch);
  save_senders(epoch);
  return epoch;
}

void Group::adopt(const Change& change, EpochKeys keys, std::uint64_t seq, std::uint32_t today) {
  PORCHLIGHT_ASSERT(change.head.number == newest().head.number + 1);
  const std::uint32_t fresh_day = change.fresh ? change.head.day : newest().fresh_day;
  succeed(change, seq, today);
  for (const RosterEntry& removed : change.removed) {
    out_.insert_or_assign(removed.identity(), wire::seq_hour(seq));
    removal_epoch_ = change.head.number;
    if (removed.role == wire::ROLE_LEAD) lead_loss_epoch_ = change.head.number;
  }
  for (const VerifyKey& member : change.role_changed) {
    if (!change.roster.is_lead(member)) lead_loss_epoch_ = change.head.number;
  }
  for (const VerifyKey& added : change.added) out_.erase(added);
  while (out_.size() > out_max) {
    out_.erase(std::min_element(out_.begin(), out_.end(),
                                [](const auto& a, const auto& b) { return a.second < b.second; }));
  }
  emplace(change, std::move(keys), fresh_day);
}

void Group::resume(const Change& change, EpochKeys keys, std::uint32_t today) {
  PORCHLIGHT_ASSERT(change.head.number > newest().head.number);
  succeed(change, 0, today);
  removal_epoch_ = lead_loss_epoch_ = change.head.number;  // what was missed may have been one
  emplace(change, std::move(keys), change.head.day);
}

void Group::succeed(const Change& change, std::uint64_t seq, std::uint32_t today) {
  Epoch& old = newest();
  const std::uint32_t last = change.head.day + 1;
  enter(old, last, last < last_days ? 0 : last - last_days);
  old.days.close();
  old.carry.reset();
  old.succeeded = Succession{change.head.id, seq, today, {}};
  for (const RosterEntry& entry : roster_.entries()) {
    if (entry.role == wire::ROLE_LEAD) old.succeeded->leads.push_back(entry.identity());
  }
  save_epoch(old);
  proposal = {};
  awaited.reset();
  set_asking({});
}

void Group::leave(const Change& change, std::uint64_t seq, std::uint32_t today) {
  succeed(change, seq, today);
  removed_ = true;
  save_roster(std::exchange(roster_, change.roster));
  contests_.clear();
  set_wishes({});
  save_head();
}

std::vector<MailboxId> Group::clear() {
  std::vector<MailboxId> left;
  for (const auto& [number, epoch] : epochs_) {
    for (const auto& [day_number, day] : epoch.days.days()) {
      left.push_back(day.mailbox);
      erase_day(epoch, day_number, day);
    }
    left.push_back(epoch.control_mailbox);
    erase_epoch(epoch);
  }
  epochs_.clear();
  save_roster(std::exchange(roster_, {}));
  out_.clear();
  contests_.clear();
  leaving_.reset();
  set_wishes({});
  set_asking({});
  removed_ = halted_ = split_ = false;
  removal_epoch_ = lead_loss_epoch_ = 0;
  proposal = {};
  awaited.reset();
  return left;
}

void Group::erase() {
  frames.forget_before(UINT32_MAX);
  journal_.erase(Table::groups, group_key(group_record::head, id_));
}

bool Group::was_out(const VerifyKey& sender, std::uint32_t hour) const {
  const auto found = out_.find(sender);
  return found != out_.end() && hour >= found->second;
}

void Group::set_wishes(Wishes wishes) {
  wishes_ = std::move(wishes);
  save_wishes();
}

const Contest* Group::find_contest(const VerifyKey& member) const {
  const auto found = std::find_if(contests_.begin(), contests_.end(),
                                  [&](const Contest& contest) { return contest.member == member; });
  return found == contests_.end() ? nullptr : &*found;
}

void Group::set_contests(std::vector<Contest> contests) {
  if (contests.empty() && contests_.empty()) return;
  contests_ = std::move(contests);
  save_head();
}

bool Group::renew_card(const SignedCard& card) {
  if (awaited) (void)awaited->change.roster.renew_card(card);
  if (!roster_.renew_card(card)) return false;
  save_entry(*roster_.find(card.card.identity));
  return true;
}

void Group::set_leaving(TimePoint asked) {
  leaving_ = asked;
  save_head();
}

void Group::set_asking(std::optional<Asking> asking) {
  if (!asking && !asking_) return;
  asking_ = std::move(asking);
  save_asking();
}

void Group::put_arrival(Arrival arrival) {
  std::erase_if(asking_->arrivals, [&](const Arrival& other) {
    return other.welcome().author == arrival.welcome().author;
  });
  asking_->arrivals.push_back(std::move(arrival));
  save_asking();
}

void Group::drop_arrival(const VerifyKey& author) {
  std::erase_if(asking_->arrivals,
                [&](const Arrival& arrival) { return arrival.welcome().author == author; });
  save_asking();
}

void Group::set_heard(std::optional<Heard> heard) {
  if (!heard && !heard_) return;
  heard_ = std::move(heard);
  save_head();
}

void Group::split() {
  split_ = true;
  save_head();
}

void Group::forget_succession_seqs() {
  for (auto& [number, epoch] : epochs_) {
    if (!epoch.succeeded || epoch.succeeded->seq == 0 || !epoch.control_readable) continue;
    epoch.succeeded->seq = Succession::unseen;
    save_epoch(epoch);
  }
}

void Group::find_succession(Epoch& epoch, std::uint64_t seq) {
  if (epoch.succeeded->seq != Succession::unseen) return;
  epoch.succeeded->seq = seq;
  save_epoch(epoch);
}

void Group::halt() {
  halted_ = true;
  save_head();
}

void Group::enter_days(std::uint32_t today, std::uint32_t keep_from) {
  Epoch& epoch = newest();
  enter(epoch, std::max(today, epoch.head.day), keep_from);
}

void Group::enter(Epoch& epoch, std::uint32_t last, std::uint32_t keep_from) {
  if (!epoch.days.next() || epoch.days.next_day() > last) return;
  for (const std::uint32_t number : epoch.days.enter(last, epoch.senders, keep_from)) {
    save_day(epoch, number, *epoch.days.find(number));
  }
  save_epoch(epoch);
}

const Chain* Group::find_chain(const Epoch& epoch, const Day& day, const VerifyKey& sender,
                               std::optional<Chain>& unused) {
  const bool may_send = std::binary_search(epoch.senders.begin(), epoch.senders.end(), sender);
  return may_send ? day.find_chain(sender, unused) : nullptr;
}

void Group::commit(Epoch& epoch, std::uint32_t day, const VerifyKey& sender, Chain::Step step) {
  Day& of = epoch.days.days().at(day);
  const std::uint32_t branch = branch_of(sender);
  if (of.open_branch(branch, epoch.senders)) {
    save_day(epoch, day, of);
    for (const auto& [other, chain] : of.chains) {
      if (branch_of(other) == branch) save_chain(epoch, day, other, chain);
    }
  }
  Chain& chain = of.chains.at(sender);
  chain.commit(std::move(step));
  save_chain(epoch, day, sender, chain);
}

void Group::mark_complete(Epoch& epoch, std::uint32_t number) {
  Day* day = epoch.days.find(number);
  if (day == nullptr || day->complete) return;
  day->complete = true;
  save_day(epoch, number, *day);
}

std::uint32_t Group::sending_day(std::uint32_t today) const {
  const auto& days = newest().days.days();
  PORCHLIGHT_ASSERT(!days.empty());
  const auto after = days.upper_bound(std::max(today, newest().head.day));
  return after == days.begin() ? after->first : std::prev(after)->first;
}

std::vector<MailboxId> Group::leave_days_before(std::uint32_t day) {
  std::vector<MailboxId> left;
  for (auto& [number, epoch] : epochs_) {
    const Epoch& of = epoch;
    std::erase_if(epoch.days.days(), [&](const auto& entry) {
      if (entry.first >= day || !entry.second.complete) return false;
      left.push_back(entry.second.mailbox);
      erase_day(of, entry.first, entry.second);
      return true;
    });
  }
  return left;
}

std::vector<MailboxId> Group::age(std::uint32_t today) {
  std::vector<MailboxId> left;
  for (auto place = epochs_.begin(); place != epochs_.end();) {
    Epoch& epoch = place->second;
    if (epoch.succeeded && epoch.control_readable &&
        today > epoch.succeeded->on_day + readable_days) {
      epoch.control.collect = {};
      epoch.control.seal = {};
      epoch.control_readable = false;
      left.push_back(epoch.control_mailbox);
      save_epoch(epoch);
    }
    // Of a group this member was taken out of, the last one stands for what it was.
    const bool over = epoch.succeeded && epoch.days.days().empty() &&
                      today > epoch.succeeded->on_day + writable_days &&
                      std::next(place) != epochs_.end();
    if (over) erase_epoch(epoch);
    const bool is_held =
        !equal_constant_time(epoch.attribution.reveal(), AttributionKey{}.reveal());
    if (removed_ && epoch.succeeded && is_held && today > epoch.succeeded->on_day + writable_days) {
      epoch.control.drop = {};
      epoch.attribution = {};
      if (!over) save_epoch(epoch);
    }
    place = over ? epochs_.erase(place) : std::next(place);
  }
  return left;
}

void Group::accept_rules(const RulesHash& rules) {
  accepted_rules_ = rules;
  save_head();
}

bool Group::led(const Epoch& epoch, const VerifyKey& member) const {
  if (!epoch.succeeded) return roster_.is_lead(member);
  const auto& leads = epoch.succeeded->leads;
  return std::find(leads.begin(), leads.end(), member) != leads.end();
}

}  // namespace porchlight::client
