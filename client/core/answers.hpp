// What a relay says, checked before anything believes it: the shape of its answers, its RelayInfo,
// and its failures as sentences for a person.
// Must not know: the core's state, what was asked.
// PROTOCOL.md clauses 3.2, 3.4 and 6.1.
#pragma once

#include "client/core/core.hpp"

namespace porchlight::client {

/// What a connection begins with.
struct Greeting {
  RelayFacts facts;
  Challenge challenge;
};

/// 'malformed' unless `frame` is an Answer of a kind that this version knows.
Result<wire::Answer> parse_answer(ByteView frame);

/// From the first answer on a connection. `relay_key` signs the relay's token keys: one that it did
/// not sign, or two for one kind and week, is 'not_authentic'. 'update_needed' when the relay does
/// not speak this version, the relay's own reason when it says that it has no room.
Result<Greeting> read_greeting(const wire::Answer& first, const VerifyKey& relay_key);

/// Why the relay said no, and what became of what was asked.
Error describe(const wire::Failure& failure);

}  // namespace porchlight::client
