// RFC 9497, VOPRF mode (0x01) with ristretto255 and SHA-512: the relay signs blinded inputs, the
// client proves nothing but learns that one published key was used for all of them.
// Shapes: element and scalar 32 bytes, proof 64 bytes (c || s), output 64 bytes.
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
using PrivateKey = Secret<struct VoprfPrivateKeyTag, 32>;
using Blind = Secret<struct VoprfBlindTag, 32>;
using Seed = Secret<struct VoprfSeedTag, 32>;

struct KeyPair {
  PrivateKey private_key;
  PublicKey public_key;
};

/// RFC 9497, 3.2.1 DeriveKeyPair. `info` at most 65,535 bytes.
KeyPair derive_key_pair(const Seed& seed, ByteView info);
/// The public half of a stored private key; 'malformed' for zero or a non-canonical scalar.
Result<PublicKey> public_key(const PrivateKey& key);

struct Blinded {
  Blind blind;      // kept by the client until finalize()
  Element element;  // sent to the relay
};

/// RFC 9497, 3.3.2 Blind, with a random scalar. 'malformed' for an input that maps to the identity.
Result<Blinded> blind(ByteView input, Random& random);
/// The same with a given scalar: for the RFC's vectors.
Result<Blinded> blind_with(ByteView input, Blind blind);

struct Evaluation {
  std::vector<Element> elements;  // one for each blinded element, in order
  Proof proof;                    // one DLEQ proof over all of them
};

/// RFC 9497, 3.3.2 BlindEvaluate, batched. Refuses ('malformed') an empty batch, one above
/// limits::issue_batch_max, the identity element and non-canonical encodings.
Result<Evaluation> blind_evaluate(const KeyPair& key, std::span<const Element> blinded,
                                  Random& random);
/// The same with the proof's nonce given: for the RFC's vectors.
Result<Evaluation> blind_evaluate_with(const KeyPair& key, std::span<const Element> blinded,
                                       const Blind& proof_nonce);

/// RFC 9497, 3.3.2 Finalize, batched: checks the proof ('not_authentic' if it does not hold, and
/// then nothing is returned), unblinds. Spans of equal length, in order.
Result<std::vector<Output>> finalize(std::span<const ByteView> inputs,
                                     std::span<const Blinded> blinded,
                                     const Evaluation& evaluation, const PublicKey& key);

/// RFC 9497, 3.3.1 Evaluate: the output the relay recomputes when a token is spent.
Result<Output> evaluate(const PrivateKey& key, ByteView input);

}  // namespace porchlight::voprf
