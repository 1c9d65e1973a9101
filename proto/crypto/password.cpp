#include "proto/crypto/password.hpp"

#include "proto/base/translate.hpp"

#include <sodium.h>

namespace porchlight {

PasswordCost PasswordCost::moderate() {
  return {crypto_pwhash_argon2id_OPSLIMIT_MODERATE, crypto_pwhash_argon2id_MEMLIMIT_MODERATE};
}

PasswordCost PasswordCost::minimum() {
  return {crypto_pwhash_argon2id_OPSLIMIT_MIN, crypto_pwhash_argon2id_MEMLIMIT_MIN};
}

Result<AeadKey> key_from_password(ByteView passphrase, const PasswordSalt& salt,
                                  PasswordCost cost) {
  static_assert(PasswordSalt::size_bytes == crypto_pwhash_argon2id_SALTBYTES);
  const PasswordCost least = PasswordCost::minimum();
  const PasswordCost usual = PasswordCost::moderate();
  if (cost.operations < least.operations || cost.operations > 4 * usual.operations ||
      cost.memory_bytes < least.memory_bytes || cost.memory_bytes > 4 * usual.memory_bytes) {
    return Error{Errc::malformed, "the passphrase settings of this vault are not possible ones"};
  }
  AeadKey key;
  if (crypto_pwhash(key.fill().data(), key.fill().size(),
                    reinterpret_cast<const char*>(passphrase.data()), passphrase.size(),
                    salt.data(), cost.operations, cost.memory_bytes,
                    crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return Error{Errc::storage,
                 say(tr("not enough free memory to open the vault: {} MiB are needed"),
                     cost.memory_bytes >> 20)};
  }
  return key;
}

}  // namespace porchlight
