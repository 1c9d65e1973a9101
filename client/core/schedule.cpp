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

PageKeys derive_page(const ControlKeys& control, PageKind kind, std::uint32_t page) {
  const bool grants = kind == PageKind::grants;
  return {
      kdf<SigningSeed>(control.collect, grants ? "page collect" : "state collect", {page}),
      derive_page_drop(control, kind, page),
      kdf<SealSeed>(control.seal, grants ? "page seal" : "state seal", {page}),
  };
}

SigningSeed derive_page_drop(const ControlKeys& control, PageKind kind, std::uint32_t page) {
  return kdf<SigningSeed>(control.drop, kind == PageKind::grants ? "page drop" : "state drop",
                          {page});
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

std::uint32_t branch_of(const VerifyKey& sender) { return sender.view()[0] >> 3; }

BranchSecret derive_branch(const DaySecret& secret, std::uint32_t branch) {
  return kdf<BranchSecret>(secret, "branch", {branch});
}

ChainKey first_chain_key(const BranchSecret& secret, const VerifyKey& sender) {
  return kdf<ChainKey>(secret, "chain", {sender});
}

MessageKey message_key(const ChainKey& chain) { return kdf<MessageKey>(chain, "msg"); }

ChainKey next_chain_key(const ChainKey& chain) { return kdf<ChainKey>(chain, "next"); }

}  // namespace porchlight::client
