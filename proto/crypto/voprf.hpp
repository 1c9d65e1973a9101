// RFC 9497, VOPRF mode (0x01) with ristretto255 and SHA-512 (clause 6): the relay evaluates
// inputs that it cannot see, and proves that one published key was used for all of them.
// Shapes: element and scalar 32 bytes, proof 64 bytes (c || s), output 64 bytes. Inputs are at most
// 65,535 bytes. Whatever comes from outside is deserialised as the RFC says: the identity element,
// scalars not below the group's order and all other non-canonical encodings are 'malformed'; in a
// proof they make it one that does not hold.
// Must not know: what a token buys, kinds and weeks of keys.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "proto/base/ids.hpp"
#include "proto/base/result.hpp"
#include "proto/crypto/random.hpp"

namespace porchlight::voprf {

using Element = FixedBytes<struct VoprfElementTag, 32>;
using PublicKey = FixedBytes<struct VoprfPublicKeyTag, 32>;
using Proof = FixedBytes<struct VoprfProofTag, 64>;
using Output = FixedBytes<struct VoprfOutputTag, 64>;
/// A nonzero scalar, made by derive_key_pair() or checked by public_key() when it was loaded.
using PrivateKey = Secret<struct VoprfPrivateKeyTag, 32>;
using Blind = Secret<struct VoprfBlindTag, 32>;
using Seed = Secret<struct VoprfSeedTag, 32>;

struct KeyPair {
  PrivateKey private_key;
  PublicKey public_key;
};

/// RFC 9497, 3.2.1 DeriveKeyPair: the same pair for the same seed and `info` (at most 65,535 bytes;
/// more is our own bug).
KeyPair derive_key_pair(const Seed& seed, ByteView info);
/// The public half of a stored private key; 'malformed' for zero or a non-canonical scalar.
Result<PublicKey> public_key(const PrivateKey& key);

struct Blinded {
  Blind blind;      // kept by the client until finalize()
  Element element;  // sent to the relay
};

/// RFC 9497, 3.3.2 Blind, with a random scalar. 'malformed' for an input that is too long or maps
/// to the identity.
Result<Blinded> blind(ByteView input, Random& random);
/// The same with a given scalar, for the RFC's vectors; 'malformed' also when it is zero or not
/// canonical.
Result<Blinded> blind_with(ByteView input, Blind blind);

/// Whether blind_evaluate() takes it: a canonical encoding, and not the identity.
bool is_valid(const Element& element);

struct Evaluation {
  std::vector<Element> elements;  // one for each blinded element, in order
  Proof proof;                    // one DLEQ proof over all of them
};

/// RFC 9497, 3.3.2 BlindEvaluate, batched. 'malformed' for an empty batch, one above
/// limits::issue_batch_max, and one bad element among good ones: it is all or nothing.
Result<Evaluation> blind_evaluate(const KeyPair& key, std::span<const Element> blinded,
                                  Random& random);
/// The same with the proof's nonce (a nonzero scalar) given, for the RFC's vectors. A nonce used
/// for two batches gives the private key away.
Result<Evaluation> blind_evaluate_with(const KeyPair& key, std::span<const Element> blinded,
                                       const Blind& proof_nonce);

/// RFC 9497, 3.3.2 Finalize, batched: the outputs, in order. 'not_authentic' if the proof does not
/// hold, 'malformed' for another number of elements than were blinded, or bad ones; then no output
/// is returned. `inputs` and `blinded` are of equal length.
Result<std::vector<Output>> finalize(std::span<const ByteView> inputs,
                                     std::span<const Blinded> blinded, const Evaluation& evaluation,
                                     const PublicKey& key);

/// RFC 9497, 3.3.1 Evaluate: the output that the relay computes again when a token is spent.
/// 'malformed' for an input that is too long or maps to the identity.
Result<Output> evaluate(const PrivateKey& key, ByteView input);

}  // namespace porchlight::voprf
