#include "proto/wire/relay_address.hpp"

#include <arpa/inet.h>

#include <charconv>

#include "proto/base/encoding.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/crypto/hash.hpp"

namespace porchlight::wire {
namespace {

constexpr std::string_view scheme = "porchlight://";

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}
bool is_v6_address(const std::string& host) {
  in6_addr parsed{};
  return host.find('\0') == std::string::npos && inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

Error usage(std::string what) { return {Errc::usage, std::move(what)}; }

}  // namespace

RelayIdentity relay_identity(const VerifyKey& key) {
  return hash<RelayIdentity>("relay identity", {key});
}

Result<HostPort> HostPort::parse(std::string_view text) {
  HostPort result;
  std::string_view rest;
  bool good = false;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return usage(tr("the address lacks the closing ']'"));
    result.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
    good = is_v6_address(result.host);
  } else {
    const auto colon = text.find(':');
    result.host = text.substr(0, colon);
    if (colon != std::string_view::npos) rest = text.substr(colon);
    good = std::all_of(result.host.begin(), result.host.end(), is_host_char);
  }
  if (!good || result.host.empty() || result.host.size() > limits::host_bytes_max) {
    return usage(tr("the host is not a possible host name or IP address"));
  }
  if (rest.empty()) return result;
  const char* end = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data() + 1, end, result.port);
  if (rest[0] != ':' || error != std::errc{} || stop != end || result.port == 0) {
    return usage(tr("the port is not a number from 1 to 65535"));
  }
  return result;
}

std::string HostPort::str() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<RelayAddress> RelayAddress::parse(std::string_view text) {
  if (!text.starts_with(scheme)) return usage(tr("a relay address starts with porchlight://"));
  text.remove_prefix(scheme.size());
  const auto at_sign = text.find('@');
  if (at_sign == std::string_view::npos)
    return usage(tr("the relay address lacks its identity part"));
  const auto identity_bytes = base32_decode(text.substr(0, at_sign));
  const auto identity =
      identity_bytes ? RelayIdentity::from(*identity_bytes) : std::optional<RelayIdentity>{};
  if (!identity) return usage(tr("the identity part of the relay address is damaged"));
  TRY(HostPort at, HostPort::parse(text.substr(at_sign + 1)));
  return RelayAddress{*identity, std::move(at)};
}

std::string RelayAddress::str() const {
  return std::string(scheme) + base32_encode(identity.view()) + "@" + at.str();
}

}  // namespace porchlight::wire
