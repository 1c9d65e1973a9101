// Sealing boxes (crypto_box_seal) and the key pairs they are sealed to. Opening is unseal.hpp, a
// library of its own that the relay does not link.
#pragma once

#include "proto/base/ids.hpp"
#include "proto/base/secret.hpp"

namespace porchlight {

/// The 32 bytes an X25519 key pair is made from.
using SealSeed = Secret<struct SealSeedTag, 32>;

/// The public half of the pair that `seed` makes (crypto_box_seed_keypair).
SealKey seal_key(const SealSeed& seed);

/// False for a key of small order, for which nobody holds a secret half. Others' keys are checked
/// with it where they come in: in cards, requests and invites.
bool is_seal_key(const SealKey& key);

/// 48 bytes longer than `plaintext`. The ephemeral key is libsodium's own randomness. `to`
/// is_seal_key(): another is our own bug.
Bytes seal(const SealKey& to, ByteView plaintext);

}  // namespace porchlight
