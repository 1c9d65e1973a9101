#include "proto/wire/subject.hpp"

#include <vector>

#include "proto/base/limits.hpp"
#include "proto/base/result.hpp"
#include "proto/crypto/hash.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::wire {

Digest issue_subject(TokenKind kind, std::uint32_t week, std::span<const voprf::Element> blinded) {
  PORCHLIGHT_ASSERT(blinded.size() <= limits::issue_batch_max);
  std::vector<Part> parts = {static_cast<std::uint32_t>(kind), week};
  for (const voprf::Element& element : blinded) parts.emplace_back(element);
  return hash_digest(label::issue, parts);
}

Digest enroll_subject(const Token& token) {
  return hash_digest(label::enroll, {static_cast<std::uint32_t>(token.kind()), token.week(),
                                     token.nonce(), token.output()});
}

}  // namespace porchlight::wire
