#include "proto/wire/link.hpp"

#include "proto/base/encoding.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/crypto/hash.hpp"

namespace porchlight::wire {
namespace {

constexpr std::string_view scheme = "porchlight:";
constexpr std::string_view join_prefix = "porchlight:j/";
constexpr Byte personal_version = 1;
constexpr Byte event_version = 2;
constexpr std::size_t checksum_bytes = 4;
/// All that every link has, but the host and the checksum.
constexpr std::size_t fixed_bytes = 1 + RelayIdentity::size_bytes + 2 + 1 + InviteSeed::size_bytes;
constexpr std::size_t token_bytes = 4 + TokenNonce::size_bytes + TokenOutput::size_bytes;

std::size_t bytes_behind_seed(InviteKind kind) {
  return kind == InviteKind::event ? VerifyKey::size_bytes : token_bytes;
}
/// What parse() looks at, at most: the longest link, wrapped however oddly.
constexpr std::size_t text_chars_max = 4'096;

std::array<Byte, checksum_bytes> checksum(ByteView bytes) {
  const Digest digest = hash_digest("link", {bytes});
  std::array<Byte, checksum_bytes> first;
  std::copy_n(digest.data(), first.size(), first.begin());
  return first;
}

void append(SecretBytes& out, std::size_t& at, ByteView bytes) {
  std::copy(bytes.begin(), bytes.end(), out.fill().begin() + static_cast<std::ptrdiff_t>(at));
  at += bytes.size();
}

/// Takes `size` bytes off the front; the caller has checked that they are there.
ByteView take(ByteView& bytes, std::size_t size) {
  PORCHLIGHT_ASSERT(size <= bytes.size());
  const ByteView taken = bytes.first(size);
  bytes = bytes.subspan(size);
  return taken;
}

std::uint32_t take_number(ByteView& bytes, std::size_t size) {
  std::uint32_t number = 0;
  for (const Byte byte : take(bytes, size)) number = number << 8 | byte;
  return number;
}

Error usage(std::string what) { return {Errc::usage, std::move(what)}; }

std::string without_white_space(std::string_view text) {
  std::string result;
  result.reserve(text.size());  // one buffer, which the caller wipes
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') result.push_back(c);
  }
  return result;
}

/// The bytes behind the prefix, checksum checked and cut off.
Result<SecretBytes> decode(std::string_view text) {
  if (text.starts_with("porchlight://")) {
    return usage(tr("this is the address of a relay; an invite link starts with porchlight:j/"));
  }
  if (!text.starts_with(scheme)) {
    return usage(tr("this is not a Porchlight link: those start with porchlight:j/"));
  }
  if (!text.starts_with(join_prefix)) {
    return usage(tr("this Porchlight link is not an invite: those start with porchlight:j/"));
  }
  auto bytes = base64url_decode(text.substr(join_prefix.size()));
  if (!bytes) {
    return usage(
        tr("the link is damaged: a character is missing, changed or does not belong there"));
  }
  SecretBytes content{ByteView(*bytes)};
  wipe(*bytes);
  if (content.size() < 1 + checksum_bytes)
    return usage(tr("the link is cut short: copy all of it"));
  const std::size_t size = content.size() - checksum_bytes;
  if (!equal_constant_time(checksum(content.reveal().first(size)),
                           content.reveal().subspan(size))) {
    return usage(
        tr("the link is mistyped or cut short: its checksum does not hold; copy all of it"));
  }
  content.truncate(size);
  return content;
}

}  // namespace

std::string Link::str() const {
  const std::string& host = relay.at.host;
  PORCHLIGHT_ASSERT(host.size() <= limits::host_bytes_max);
  SecretBytes bytes(fixed_bytes + host.size() + bytes_behind_seed(kind()) + checksum_bytes);
  std::size_t at = 0;
  const auto number = [&](std::uint32_t value, unsigned size) {
    while (size-- > 0) append(bytes, at, std::array{static_cast<Byte>(value >> (8 * size))});
  };
  number(inviter ? event_version : personal_version, 1);
  append(bytes, at, relay.identity.view());
  number(relay.at.port, 2);
  number(static_cast<std::uint32_t>(host.size()), 1);
  append(bytes, at, as_bytes(host));
  append(bytes, at, seed.reveal());
  if (inviter) {
    append(bytes, at, inviter->view());
  } else {
    number(session.week(), 4);
    PORCHLIGHT_ASSERT(session.nonce().size() == TokenNonce::size_bytes &&
                      session.output().size() == TokenOutput::size_bytes);
    append(bytes, at, as_bytes(session.nonce()));
    append(bytes, at, as_bytes(session.output()));
  }
  append(bytes, at, checksum(bytes.reveal().first(at)));
  return std::string(join_prefix) + base64url_encode(bytes.reveal());
}

Result<Link> Link::parse(std::string_view text) {
  if (text.size() > text_chars_max) return usage(tr("this is far too long for an invite link"));
  std::string joined = without_white_space(text);
  auto decoded = decode(joined);
  wipe({reinterpret_cast<Byte*>(joined.data()), joined.size()});
  if (!decoded) return std::move(decoded).error();
  ByteView rest = decoded->reveal();

  const auto version = take_number(rest, 1);
  if (version != personal_version && version != event_version) {
    return Error{
        Errc::update_needed,
        tr("this invite was made by a newer version of Porchlight: update, then try again")};
  }
  // The checksum held, so what is wrong from here on was made wrong.
  const auto wrong = [] { return usage(tr("this invite link was not made by Porchlight")); };
  const auto kind = version == event_version ? InviteKind::event : InviteKind::personal;
  if (rest.size() < fixed_bytes - 1) return wrong();
  const auto identity = *RelayIdentity::from(take(rest, RelayIdentity::size_bytes));
  const auto port = static_cast<std::uint16_t>(take_number(rest, 2));
  const std::size_t host_bytes = take_number(rest, 1);
  if (rest.size() != host_bytes + InviteSeed::size_bytes + bytes_behind_seed(kind)) {
    return wrong();
  }
  const HostPort at{std::string(as_text(take(rest, host_bytes))), port};
  const auto parsed_at = HostPort::parse(at.str());
  if (!parsed_at || *parsed_at != at) return wrong();

  Link link{{identity, at}, *InviteSeed::from(take(rest, InviteSeed::size_bytes)), {}};
  if (kind == InviteKind::event) {
    link.inviter = VerifyKey::from(rest);
    return link;
  }
  link.session.set_kind(TOKEN_KIND_SESSION);
  link.session.set_week(take_number(rest, 4));
  link.session.set_nonce(to_string(take(rest, TokenNonce::size_bytes)));
  link.session.set_output(to_string(take(rest, TokenOutput::size_bytes)));
  return link;
}

InviteKeys::InviteKeys(const InviteSeed& seed, InviteKind kind_)
    : collect(kdf<SigningSeed>(seed, "invite collect")),
      drop(kdf<SigningSeed>(seed, "invite drop")),
      seal(kdf<SealSeed>(seed, "invite seal")),
      join(kdf<JoinSecret>(seed, "invite join")),
      kind(kind_) {}

MailboxAddress parcel_address(const VerifyKey& collect, const VerifyKey& drop, InviteKind kind) {
  const auto flags = static_cast<Byte>(mailbox_flag::erasable |
                                       (kind == InviteKind::event ? mailbox_flag::guest : 0));
  return {flags, collect, drop};
}

MailboxAddress InviteKeys::address() const {
  return parcel_address(SigningKey(collect).verify_key(), SigningKey(drop).verify_key(), kind);
}

}  // namespace porchlight::wire
