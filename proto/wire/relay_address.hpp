// porchlight://<base32 of the relay identity>@host[:port] (clause 2.1).
#pragma once

#include <string>

#include "proto/base/ids.hpp"
#include "proto/base/result.hpp"

namespace porchlight::wire {

inline constexpr std::uint16_t default_port = 7443;

/// H("relay identity", key): what an address pins.
RelayIdentity relay_identity(const VerifyKey& key);

struct HostPort {
  std::string host;  // a name, an IPv4 address, or an IPv6 address without brackets
  std::uint16_t port = default_port;

  /// "host", "host:port", "[v6]" or "[v6]:port". 'usage' says which part is wrong.
  static Result<HostPort> parse(std::string_view text);
  std::string str() const;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};

struct RelayAddress {
  RelayIdentity identity;
  HostPort at;

  /// 'usage' says which part is wrong.
  static Result<RelayAddress> parse(std::string_view text);
  std::string str() const;
  friend bool operator==(const RelayAddress&, const RelayAddress&) = default;
};

}  // namespace porchlight::wire
