// The 2,048 words that safety words are taken from (clause 9.6): 11 bits a word.
// Must not know: what the words stand for.
#pragma once

#include <string_view>

#include "proto/base/result.hpp"

namespace porchlight::client {

inline constexpr std::size_t words_count = 2'048;

/// The word of an index below words_count. The view lives for ever.
std::string_view word(std::size_t index);

}  // namespace porchlight::client
