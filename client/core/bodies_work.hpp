// The limits of what clause 15 says: roll calls, shifts, the library, notices, rules.
// Must not know: frames, groups.
#pragma once

#include <optional>

#include "proto/base/result.hpp"
#include "proto/wire/body.pb.h"

namespace porchlight::client {

struct LifetimeHours {
  std::uint32_t usual;
  std::uint32_t most;
};

/// None for a kind of another clause.
std::optional<LifetimeHours> work_lifetime(const wire::Body& body);

/// 'usage' in words for a person where a body is outside its limits, or of no kind of clause 15.
Status check_work_body(const wire::Body& body);

/// Letters, digits and hyphens, as in "es-MX", at most limits::language_bytes_max; none where
/// nobody said which.
bool is_language(std::string_view text);

}  // namespace porchlight::client
