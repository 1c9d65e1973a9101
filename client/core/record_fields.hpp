// What the records of groups and channels are put together from. Must not know: what they hold.
#pragma once

#include "client/core/codec.hpp"

namespace porchlight::client {

/// A number out of a record's key, as record_key() put it there; none where the key ends before.
inline std::optional<std::uint32_t> take_number(ByteView& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  std::uint32_t number = 0;
  for (const Byte byte : bytes.first(4)) number = number << 8 | byte;
  bytes = bytes.subspan(4);
  return number;
}

/// The field is to be wiped once the record was written.
template <class AnySecret>
void put_secret(std::string* field, const AnySecret& secret) {
  field->assign(as_text(secret.reveal()));
}

}  // namespace porchlight::client
