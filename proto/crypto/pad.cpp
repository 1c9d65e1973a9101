#include "proto/crypto/pad.hpp"

namespace porchlight {

std::optional<SecretBytes> pad(ByteView payload, std::size_t size) {
  if (payload.size() >= size) return std::nullopt;
  SecretBytes padded(size);
  std::copy(payload.begin(), payload.end(), padded.fill().begin());
  padded.fill()[payload.size()] = 0x80;
  return padded;
}

bool unpad(SecretBytes& padded) {
  // The padding is looked at only after authenticated decryption: its length is no oracle.
  const ByteView bytes = padded.reveal();
  std::size_t end = bytes.size();
  while (end > 0 && bytes[end - 1] == 0) --end;
  if (end == 0 || bytes[end - 1] != 0x80) return false;
  padded.truncate(end - 1);
  return true;
}

}  // namespace porchlight
