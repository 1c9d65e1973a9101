// Pages: what several fetch from mailboxes that follow from a group's control mailbox (clauses 10.6
// and 10.7). Whoever signed their hashes stands for what is on them: anybody who holds the control
// mailbox's keys may drop something else there.
// Must not know: what is on them, how they travel.
#pragma once

#include <optional>

#include "client/core/schedule.hpp"
#include "proto/base/limits.hpp"

namespace porchlight::client {

struct Page {
  Digest hash;  // of the payload, under the label of its kind
  wire::MailboxAddress address;
  Bytes envelope;
};

/// A payload that an envelope of this size carries, or less.
inline constexpr std::size_t page_payload_max(std::size_t envelope_bytes) {
  return envelope_bytes - limits::seal_overhead_bytes - 1;
}

/// Page `number` of this kind: `payload` in an envelope of `envelope_bytes`, which carries it.
Page make_page(const ControlKeys& control, PageKind kind, std::uint32_t number, ByteView payload,
               std::size_t envelope_bytes);

/// The payload of an envelope from a page's mailbox, where it is the one that `hash` names.
std::optional<Bytes> open_page(const PageKeys& keys, PageKind kind, ByteView envelope,
                               const Digest& hash);

/// The same for pages of another kind: `hash` is over the payload under `label`.
std::optional<Bytes> open_page(const SealSeed& seal, std::string_view label, ByteView envelope,
                               const Digest& hash);

}  // namespace porchlight::client
