// The days of one epoch (clause 11): a secret that moves on by hashing, the keys of each day's
// mailbox, and one chain for each member on each day. Chains are made branch by branch, as most
// members are silent on most days. What is derived is kept until the day is left behind; the secret
// of an entered day, and of a branch whose chains were made, is gone at once.
// Must not know: frames, clocks (days come as arguments).
#pragma once

#include <map>
#include <optional>
#include <span>

#include "client/core/chain.hpp"

namespace porchlight::client {

/// One entered day.
struct Day {
  explicit Day(DayKeys day_keys);

  /// The chain of somebody who may send: one of `chains`, or a new one, left in `unused`, where
  /// none of its branch was used yet. Null where there is neither.
  const Chain* find_chain(const VerifyKey& sender, std::optional<Chain>& unused) const;
  /// Makes the chains of a branch for those of `senders` that are on it; true unless they were made
  /// before.
  bool open_branch(std::uint32_t branch, std::span<const VerifyKey> senders);

  DayKeys keys;
  wire::MailboxAddress address;
  MailboxId mailbox;
  std::map<std::uint32_t, BranchSecret> branches;  // whose chains are yet to be made
  std::map<VerifyKey, Chain> chains;               // of the others, by sender
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

  /// Enters every day up to `last` that was not entered: derives its keys and the branches of
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
