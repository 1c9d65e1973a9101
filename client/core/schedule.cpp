#include "client/core/schedule.hpp"

namespace porchlight::client {

wire::MailboxAddress ControlKeys::address() const {
  return {wire::mailbox_flag::long_kept, SigningKey(collect).verify_key(),
          SigningKey(drop).verify_key()};
}

EpochKeys derive_epoch(const Carry& before, ByteView fresh, const EpochId& id) {
  const auto secret = kdf<EpochSecret>(before, "epoch", {fresh, id});
  return {kdf<Carry>(secret, "carry"),
          {kdf<SigningSeed>(secret, "ctl collect"), kdf<SigningSeed>(secret, "ctl drop"),
           kdf<SealSeed>(secret, "ctl seal")},
          kdf<AttributionKey>(secret, "attribution"),
          kdf<DaySecret>(secret, "day")};
}

wire::MailboxAddress PageKeys::address() const {
  return {wire::mailbox_flag::long_kept, SigningKey(collect).verify_key(),
          SigningKey(drop).verify_key()};
}

PageKeys derive_page(const ControlKeys& control, std::uint32_t page) {
  return {kdf<SigningSeed>(control.collect, "page collect", {page}),
          kdf<SigningSeed>(control.drop, "page drop", {page}),
          kdf<SealSeed>(control.seal, "page seal", {page})};
}

Digest fresh_commit(ByteView fresh) { return hash_digest("fresh", {fresh}); }

wire::MailboxAddress DayKeys::address() const {
  return {0, SigningKey(collect).verify_key(), SigningKey(drop).verify_key()};
}

DayKeys derive_day(const DaySecret& secret) {
  return {kdf<SigningSeed>(secret, "collect"), kdf<SigningSeed>(secret, "drop"),
          kdf<SealSeed>(secret, "seal")};
}

DaySecret next_day(const DaySecret& secret) { return kdf<DaySecret>(secret, "next"); }

ChainKey first_chain_key(const DaySecret& secret, const VerifyKey& sender) {
  return kdf<ChainKey>(secret, "chain", {sender});
}

MessageKey message_key(const ChainKey& chain) { return kdf<MessageKey>(chain, "msg"); }

ChainKey next_chain_key(const ChainKey& chain) { return kdf<ChainKey>(chain, "next"); }

}  // namespace porchlight::client
