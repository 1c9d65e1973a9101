// What the core asks to be kept: records by table and key. The vault seals them and never knows
// what they are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proto/base/secret.hpp"

namespace porchlight::client {

/// A table of the vault. The values are written into the vault's associated data: never renumber.
enum class Table : std::uint8_t {
  profile = 1,   // who I am: identity, cards, relay, account
  wallet = 2,    // tokens and open spends
  invites = 3,   // made by me
  joins = 4,     // invites I followed
  requests = 5,  // to join, waiting for my answer
  groups = 6,    // epochs, days, chains
  messages = 7,  // bodies, until their lifetime ends
  outbox = 8,    // what is not yet stored at the relay
  cursors = 9,   // how far each mailbox was read
  warnings = 10,
  kept = 11,  // what was stored at the relay in the last days
  channels = 12,  // epochs, days, audiences
  tallies = 13,   // how many sightings there were
  uploads = 14,   // photos that are not whole at the relay
};

struct Record {
  Table table;
  Bytes key;
  SecretBytes value;
};

/// One change; `value` is none where the record is erased.
struct Write {
  Table table;
  Bytes key;
  std::optional<SecretBytes> value;
};

}  // namespace porchlight::client
