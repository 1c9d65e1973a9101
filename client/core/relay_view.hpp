// What the relay said of itself, and whether it says the same to everybody: its clock, its store's
// incarnation, its token keys (clauses 3.2, 4.7, 6.1, 11.3 and 12.4).
// Must not know: tokens, groups.
#pragma once

#include "client/core/warnings.hpp"

namespace porchlight::client {

class RelayView {
 public:
  RelayView(Journal& journal, Warnings& warnings) : journal_(journal), warnings_(warnings) {}
  bool load(const Record& record);

  /// True when the store is not the one it was. Warns of clocks that disagree and of a second key
  /// for one kind and week. `seen_on_lane` as in Core::on_relay_facts.
  bool learn(const RelayFacts& facts, bool seen_on_lane, TimePoint now);
  /// What another member saw of a week's token keys. Warns once where it is not what was seen here.
  void compare(const VerifyKey& member, const std::string& name, std::uint32_t week,
               const Digest& digest, TimePoint now);

  std::optional<std::int64_t> clock_ahead_minutes() const { return clock_ahead_minutes_; }
  /// At least every few minutes: this is what time it is by this device.
  void watch(TimePoint now);
  /// This device's clock is not where it was when it was looked at last: somebody set it, or the
  /// device slept. It is not believed until the relay's was seen again.
  bool has_leapt(TimePoint now) const;
  /// By the relay's clock, where it is known.
  TimePoint relay_time(TimePoint now) const;
  /// Both clocks are known and no more than 36 hours apart: only then may anything be forgotten
  /// because its time is over.
  bool clocks_agree() const;
  /// The same, and they were compared not long before `now` in this process, and have not leapt
  /// since: what cannot be had again may be forgotten.
  bool clocks_checked(TimePoint now) const;
  /// The day that things happen on: this device's own, but no further than a day from the relay's,
  /// so that others read what is sent. On an older one they may have left its mailbox.
  std::uint32_t today(TimePoint now) const;
  /// The earlier of both clocks' times, for what is over only when it is over by both. Within 36
  /// hours either may be wrong by more than a day.
  TimePoint sure_time(TimePoint now) const { return std::min(now, relay_time(now)); }
  std::uint32_t sure_day(TimePoint now) const;
  /// `days` before that; not before the first day there is.
  std::uint32_t days_ago(std::uint32_t days, TimePoint now) const;
  /// Counts the stores that the relay has had: a `seq` says something within one of them alone.
  std::uint32_t store() const { return store_; }
  /// Until then, by this device's clock, no change to a group is proposed: whoever holds what the
  /// new store has lost is to bring it back first. None when that time is over.
  std::optional<TimePoint> changes_wait_until(TimePoint now) const;
  /// By its clock, the hour in which the new store was seen first; none without one.
  std::optional<std::uint32_t> replaced_hour() const;
  /// What was of that day may be missing because the store was replaced.
  bool may_have_lost(std::uint32_t day) const;
  /// As it said last: whether event invites work there. None before the first connection.
  std::optional<bool> takes_guests() const { return takes_guests_; }
  /// How many days envelopes without LONG are kept.
  std::uint32_t ordinary_days() const;

  /// The key of a kind and week, where a lane had shown it; what only an errand's own connection
  /// showed may have been made for that one account.
  std::optional<Bytes> token_key(wire::TokenKind kind, std::uint32_t week) const;
  /// H("token keys", week, for each kind in ascending order: kind u32, public key); none where no
  /// key of that week is known.
  std::optional<Digest> keys_digest(std::uint32_t week) const;

  /// Members whose newest statement is about this week or the last one.
  std::uint32_t count_agreeing(TimePoint now) const { return count_opinions(true, now); }
  std::uint32_t count_disagreeing(TimePoint now) const { return count_opinions(false, now); }

 private:
  struct Key {
    Bytes public_key;
    bool seen_on_lane = false;
    bool differs = false;  // another one was shown for it, and that was told
  };
  struct Opinion {
    std::uint32_t week = 0;
    bool agrees = false;
  };
  TimePoint believed(TimePoint now) const { return has_leapt(now) ? *seen_ : now; }
  void learn_clock(const RelayFacts& facts, TimePoint now);
  void learn_keys(const RelayFacts& facts, bool seen_on_lane, TimePoint now);
  std::uint32_t count_opinions(bool agrees, TimePoint now) const;
  void save();

  Journal& journal_;
  Warnings& warnings_;
  std::optional<TimePoint> compared_at_;
  std::optional<TimePoint> seen_;  // the last time that was believed
  Incarnation incarnation_;
  std::optional<std::int64_t> clock_ahead_minutes_;
  std::uint32_t ordinary_days_ = 0;
  std::uint32_t store_ = 0;
  std::uint64_t replaced_minute_ = 0;  // by the relay's clock; 0 without
  std::optional<bool> takes_guests_;
  std::map<std::pair<std::uint32_t, wire::TokenKind>, Key> keys_;  // by week and kind
  std::map<VerifyKey, Opinion> opinions_;
};

}  // namespace porchlight::client
