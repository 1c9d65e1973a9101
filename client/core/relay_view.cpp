#include "client/core/relay_view.hpp"

#include <cstdlib>

#include "client/core/state.pb.h"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

const Bytes record_name = to_bytes(as_bytes("relay"));
constexpr std::int64_t disagreement_minutes = limits::clock_disagreement_max_hours * 60;
/// Many times what lies between two ticks.
constexpr auto leap_min = std::chrono::hours(1);
constexpr std::uint32_t weeks_kept = 3;
constexpr std::size_t keys_max = 32;
constexpr std::size_t opinions_max = 1'000;

std::string hours_apart(std::int64_t minutes) {
  return say(tr("{} hours"), (minutes < 0 ? -minutes : minutes) / 60);
}

}  // namespace

bool RelayView::load(const Record& record) {
  state::Relay kept;
  if (!parse(kept, record.value.reveal()) || !read(incarnation_, kept.incarnation())) return false;
  if (kept.has_clock_ahead_minutes()) clock_ahead_minutes_ = kept.clock_ahead_minutes();
  ordinary_days_ = kept.ordinary_days();
  store_ = kept.store();
  replaced_minute_ = kept.replaced_minute();
  if (kept.has_takes_guests()) takes_guests_ = kept.takes_guests();
  for (const auto& key : kept.keys()) {
    keys_[{key.week(), key.kind()}] = {to_bytes(as_bytes(key.public_key())), key.seen_on_lane(),
                                       key.differs()};
  }
  for (const auto& opinion : kept.opinions()) {
    VerifyKey member;
    if (!read(member, opinion.identity())) return false;
    opinions_[member] = {opinion.week(), opinion.agrees()};
  }
  return true;
}

bool RelayView::learn(const RelayFacts& facts, bool seen_on_lane, TimePoint now) {
  const bool is_new = !incarnation_.is_zero() && incarnation_ != facts.incarnation;
  incarnation_ = facts.incarnation;
  ordinary_days_ = facts.ordinary_days;
  takes_guests_ = facts.guest_drops > 0;
  compared_at_ = now;
  seen_ = now;
  learn_clock(facts, now);
  // Never after now: a clock that was far ahead and was set right is not waited for.
  const std::uint64_t minute = wire::unix_minute(relay_time(now));
  if (is_new) ++store_;
  if (is_new || replaced_minute_ > minute) replaced_minute_ = minute;
  learn_keys(facts, seen_on_lane, now);
  save();
  return is_new;
}

void RelayView::learn_clock(const RelayFacts& facts, TimePoint now) {
  const auto mine = static_cast<std::int64_t>(wire::unix_minute(now));
  constexpr std::uint64_t possible = 4'223'371'680;  // the end of the year 9999
  clock_ahead_minutes_ = mine - static_cast<std::int64_t>(std::min(facts.clock_minute, possible));
  if (clocks_agree()) {
    warnings_.remove(WarningView::Kind::clock);
    return;
  }
  warnings_.replace(
      WarningView::Kind::clock,
      say(*clock_ahead_minutes_ > 0
              ? tr("This device's clock is {} ahead of the relay's. Nothing is erased until they "
                   "agree: set this device's clock, or tell the relay's operator.")
              : tr("This device's clock is {} behind the relay's. Nothing is erased until they "
                   "agree: set this device's clock, or tell the relay's operator."),
          hours_apart(*clock_ahead_minutes_)),
      now);
}

void RelayView::learn_keys(const RelayFacts& facts, bool seen_on_lane, TimePoint now) {
  const std::uint32_t week = wire::token_week(relay_time(now));
  std::erase_if(keys_, [&](const auto& entry) { return entry.first.first + weeks_kept < week; });
  for (const RelayFacts::Key& shown : facts.token_keys) {
    const auto found = keys_.find({shown.week, shown.kind});
    if (found == keys_.end()) {
      if (keys_.size() >= keys_max) continue;
      keys_[{shown.week, shown.kind}] = {shown.public_key, seen_on_lane, false};
    } else if (found->second.public_key != shown.public_key) {
      if (std::exchange(found->second.differs, true)) continue;
      warnings_.add(
          WarningView::Kind::keys_differ,
          tr("The relay has signed two different token keys for one week: it is cheating, "
             "and may be able to tell people apart. Tell the others, and do not use it."),
          now);
    } else {
      found->second.seen_on_lane |= seen_on_lane;
    }
  }
}

void RelayView::compare(const VerifyKey& member, const std::string& name, std::uint32_t week,
                        const Digest& digest, TimePoint now) {
  const auto mine = keys_digest(week);
  if (!mine) return;
  const Opinion opinion{week, *mine == digest};
  Opinion& known = opinions_[member];
  if (known.week == opinion.week && known.agrees == opinion.agrees) return;
  if (!opinion.agrees) {
    warnings_.add(
        WarningView::Kind::keys_differ,
        say(tr("The relay shows {0} other token keys than it shows you: it may be telling people "
               "apart. Ask {0} what their doctor command says, and tell the others."),
            name),
        now);
  }
  known = opinion;
  if (opinions_.size() > opinions_max) opinions_.erase(opinions_.begin());
  save();
}

void RelayView::watch(TimePoint now) {
  if (!has_leapt(now)) seen_ = now;
}

bool RelayView::has_leapt(TimePoint now) const {
  return seen_ && (now > *seen_ + leap_min || now < *seen_ - leap_min);
}

TimePoint RelayView::relay_time(TimePoint now) const {
  const TimePoint theirs = now - std::chrono::minutes(clock_ahead_minutes_.value_or(0));
  return std::max(theirs, TimePoint{});  // a clock that was set back since
}

bool RelayView::clocks_agree() const {
  return clock_ahead_minutes_ && std::abs(*clock_ahead_minutes_) < disagreement_minutes;
}

bool RelayView::clocks_checked(TimePoint now) const {
  constexpr auto most = std::chrono::minutes(disagreement_minutes);
  return clocks_agree() && compared_at_ && !has_leapt(now) && now > *compared_at_ - most &&
         now < *compared_at_ + most;
}

std::uint32_t RelayView::today(TimePoint now) const {
  const std::uint32_t mine = wire::unix_day(believed(now));
  if (!clock_ahead_minutes_) return mine;
  const std::uint32_t relays = wire::unix_day(relay_time(believed(now)));
  return std::clamp(mine, relays == 0 ? 0 : relays - 1, relays + 1);
}

std::uint32_t RelayView::sure_day(TimePoint now) const { return wire::unix_day(sure_time(now)); }

std::uint32_t RelayView::days_ago(std::uint32_t days, TimePoint now) const {
  const std::uint32_t day = sure_day(now);
  return day < days ? 0 : day - days;
}

std::uint32_t RelayView::ordinary_days() const {
  return ordinary_days_ == 0 ? limits::ordinary_days
                             : std::min(ordinary_days_, limits::ordinary_days);
}

std::optional<TimePoint> RelayView::changes_wait_until(TimePoint now) const {
  constexpr auto wait = std::chrono::hours(24);
  if (replaced_minute_ == 0) return std::nullopt;
  const TimePoint end = from_minute(replaced_minute_) + wait;
  const TimePoint here = relay_time(now);
  if (here >= end) return std::nullopt;
  return now + (end - here);
}

std::optional<std::uint32_t> RelayView::replaced_hour() const {
  if (replaced_minute_ == 0) return std::nullopt;
  return wire::unix_hour(from_minute(replaced_minute_));
}

bool RelayView::may_have_lost(std::uint32_t day) const {
  // A day more for those whose clock is ahead.
  return replaced_minute_ != 0 && day <= wire::unix_day(from_minute(replaced_minute_)) + 1;
}

std::optional<Bytes> RelayView::token_key(wire::TokenKind kind, std::uint32_t week) const {
  const auto found = keys_.find({week, kind});
  if (found == keys_.end() || !found->second.seen_on_lane) return std::nullopt;
  return found->second.public_key;
}

std::optional<Digest> RelayView::keys_digest(std::uint32_t week) const {
  std::vector<Part> parts;
  parts.reserve(1 + 2 * keys_.size());
  parts.emplace_back(week);
  for (const auto& [place, key] : keys_) {
    if (place.first != week) continue;
    parts.emplace_back(static_cast<std::uint32_t>(place.second));
    parts.emplace_back(key.public_key);
  }
  if (parts.size() == 1) return std::nullopt;
  return hash_digest("token keys", parts);
}

std::uint32_t RelayView::count_opinions(bool agrees, TimePoint now) const {
  const std::uint32_t week = wire::token_week(relay_time(now));
  return static_cast<std::uint32_t>(
      std::count_if(opinions_.begin(), opinions_.end(), [&](const auto& entry) {
        return entry.second.agrees == agrees && entry.second.week + 1 >= week;
      }));
}

void RelayView::save() {
  state::Relay kept;
  kept.set_incarnation(incarnation_.str());
  if (clock_ahead_minutes_) kept.set_clock_ahead_minutes(*clock_ahead_minutes_);
  kept.set_ordinary_days(ordinary_days_);
  kept.set_store(store_);
  kept.set_replaced_minute(replaced_minute_);
  if (takes_guests_) kept.set_takes_guests(*takes_guests_);
  for (const auto& [place, key] : keys_) {
    auto* added = kept.add_keys();
    added->set_week(place.first);
    added->set_kind(place.second);
    added->set_public_key(to_string(key.public_key));
    added->set_seen_on_lane(key.seen_on_lane);
    added->set_differs(key.differs);
  }
  for (const auto& [member, opinion] : opinions_) {
    auto* added = kept.add_opinions();
    added->set_identity(member.str());
    added->set_week(opinion.week);
    added->set_agrees(opinion.agrees);
  }
  journal_.put(Table::profile, record_name, kept);
}

}  // namespace porchlight::client
