// The days of one epoch (clause 11): a secret that moves on by hashing, the keys of each day's
// mailbox, and one chain for each member on each day. What is derived is kept until the day is left
// behind; the secret of an entered day is gone at once.
// Must not know: frames, clocks (days come as arguments).
#pragma once

#include <map>
#include <optional>
#include <span>

#include "client/core/chain.hpp"

namespace porchlight::client {

/// One entered day.
struct Day {
  Day(DayKeys day_keys, std::map<VerifyKey, Chain> day_chains);

  DayKeys keys;
  wire::MailboxAddress address;
  MailboxId mailbox;
  std::map<VerifyKey, Chain> chains;  // by sender
  /// CaughtUp was seen after a whole day had passed since: nothing more is to come.
  bool complete = false;
  /// Seen on the present connection; never kept.
  bool caught_up = false;
};

class DayRatchet {
 public:
  /// `secret` is that of `day`.
  DayRatchet(DaySecret secret, std::uint32_t day) : next_(std::move(secret)), next_day_(day) {}
  /// As it was kept; without a secret no further day can be entered.
  DayRatchet(std::optional<DaySecret> next, std::uint32_t next_day)
      : next_(std::move(next)), next_day_(next_day) {}

  /// Enters every day up to `last` that was not entered: derives its keys and a chain for each of
  /// `senders`, keeps the secret of the day after. Of days before `keep_from` nothing is kept: they
  /// are past the relay's retention. Gives the days that were added, ascending.
  std::vector<std::uint32_t> enter(std::uint32_t last, std::span<const VerifyKey> senders,
                                   std::uint32_t keep_from);
  /// No further day can be entered: the epoch was succeeded.
  void close() { next_.reset(); }

  std::map<std::uint32_t, Day>& days() { return days_; }
  const std::map<std::uint32_t, Day>& days() const { return days_; }
  Day* find(std::uint32_t day);
  const std::optional<DaySecret>& next() const { return next_; }
  /// The first day that was not entered.
  std::uint32_t next_day() const { return next_day_; }

 private:
  std::optional<DaySecret> next_;
  std::uint32_t next_day_ = 0;
  std::map<std::uint32_t, Day> days_;
};

}  // namespace porchlight::client
