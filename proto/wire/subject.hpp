// The subjects of the proofs of possession that are hashes over a request's fields (clause 3.3),
// for the client that signs and the relay that checks. Those of Prove are the address's bytes
// themselves.
#pragma once

#include <span>

#include "proto/base/ids.hpp"
#include "proto/crypto/voprf.hpp"
#include "proto/wire/relay.pb.h"

namespace porchlight::wire {

/// H("issue", kind u32, week u32, each blinded element): at most limits::issue_batch_max elements.
Digest issue_subject(TokenKind kind, std::uint32_t week, std::span<const voprf::Element> blinded);

/// H("enroll", kind u32, week u32, nonce, output). Sizes are the caller's to check.
Digest enroll_subject(const Token& token);

}  // namespace porchlight::wire
