// Single TLS 1.3 records written by hand, for what no TLS library sends: handshake messages cut in
// two after the handshake. For TLS_AES_128_GCM_SHA256 and the client's side alone.
#pragma once

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "proto/base/encoding.hpp"
#include "proto/net/openssl.hpp"

namespace porchlight::testing {

/// Notes the secret that a client's records are encrypted under; to be called before its handshake.
class ClientSecret {
 public:
  explicit ClientSecret(SSL* client) {
    noted().clear();
    SSL_CTX_set_keylog_callback(SSL_get_SSL_CTX(client), [](const SSL*, const char* line) {
      // "CLIENT_TRAFFIC_SECRET_0 <client random> <secret>", both in hex.
      const std::string_view text(line);
      if (!text.starts_with("CLIENT_TRAFFIC_SECRET_0 ")) return;
      noted() = hex_decode(text.substr(text.rfind(' ') + 1)).value_or(Bytes{});
    });
  }

  /// HKDF-Expand-Label(secret, label, "", size) of RFC 8446, 7.1.
  static Bytes expand(std::string label, std::size_t size) {
    std::string digest = "SHA256";
    std::string prefix = "tls13 ";
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, noted().data(), noted().size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PREFIX, prefix.data(), prefix.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_LABEL, label.data(), label.size()),
        OSSL_PARAM_construct_end()};
    EVP_KDF* kdf = EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_TLS1_3_KDF, nullptr);
    EVP_KDF_CTX* context = EVP_KDF_CTX_new(kdf);
    EVP_KDF_free(kdf);
    Bytes out(size);
    const int good = EVP_KDF_derive(context, out.data(), out.size(), params);
    EVP_KDF_CTX_free(context);
    return good == 1 ? out : Bytes{};
  }

 private:
  static Bytes& noted() {
    static Bytes secret;
    return secret;
  }
};

/// The record of `handshake` bytes that is the client's `number`-th after its handshake, from 0.
inline std::string handshake_record(ByteView handshake, Byte number) {
  constexpr Byte type_handshake = 22;
  constexpr std::size_t tag_bytes = 16;
  Bytes inner = to_bytes(handshake);
  inner.push_back(type_handshake);
  const Bytes key = ClientSecret::expand("key", 16);
  Bytes nonce = ClientSecret::expand("iv", 12);
  if (key.empty() || nonce.empty()) return {};
  nonce.back() ^= number;

  Bytes record = {23, 3, 3, 0, static_cast<Byte>(inner.size() + tag_bytes)};
  const std::size_t header_bytes = record.size();
  record.resize(header_bytes + inner.size() + tag_bytes);
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  int size = 0;
  EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nullptr, key.data(), nonce.data());
  EVP_EncryptUpdate(context, nullptr, &size, record.data(), static_cast<int>(header_bytes));
  EVP_EncryptUpdate(context, record.data() + header_bytes, &size, inner.data(),
                    static_cast<int>(inner.size()));
  EVP_EncryptFinal_ex(context, nullptr, &size);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, tag_bytes,
                      record.data() + header_bytes + inner.size());
  EVP_CIPHER_CTX_free(context);
  return to_string(record);
}

}  // namespace porchlight::testing
