// The workloads of relay_load, each on a relay of its own. A line of the table each.
#pragma once

#include "proto/crypto/random.hpp"
#include "proto/wire/mailbox.hpp"
#include "tests/bench/engine.hpp"
#include "tests/bench/subject.hpp"

namespace porchlight::bench {

/// Durable drops of 2 KiB: each connection keeps `window` unanswered in a mailbox of its own.
void measure_drops(Subject& subject, std::size_t connections, std::size_t window, double seconds);

/// Memory and CPU of live collectors who wait, each on a mailbox of its own; `counts` ascend.
void measure_idle(Subject& subject, const std::vector<std::size_t>& counts);

/// One mailbox that `count` collectors listen to, eight broadcasts unfinished at a time.
void measure_fan_out(Subject& subject, std::size_t count, double seconds);

/// A channel with an audience of `count`, who all listen: one alert at a time to all of them; then
/// an answer by each, on a connection of its own, within a minute and as fast as it goes, counted
/// by one live collector. Takes channel_tokens(count).
void measure_channel(Subject& subject, std::size_t count);
std::size_t channel_tokens(std::size_t count);

// ---- what they share ----

inline constexpr std::size_t envelope_bytes = 2048;
inline constexpr double setup_seconds_max = 60;
inline constexpr std::size_t dials_at_once = 64;

inline wire::MailboxAddress mailbox_of(const SigningKey& key) { return {0, key.verify_key(), {}}; }

/// A Spend of `token` under a random spend id.
void append_spend(const wire::Token& token, std::uint64_t id, std::string& out);

template <class Things, class Member>
std::size_t total(const Things& things, Member member) {
  std::size_t sum = 0;
  for (const auto& thing : things) sum += (*thing.*member)();
  return sum;
}

}  // namespace porchlight::bench
