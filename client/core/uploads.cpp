#include "client/core/uploads.hpp"

#include "client/core/outbox.hpp"
#include "client/core/record_fields.hpp"
#include "client/core/state.pb.h"
#include "proto/base/limits.hpp"
#include "proto/wire/envelope.hpp"

namespace porchlight::client {
namespace {

constexpr std::size_t number_bytes = sizeof(std::uint64_t);
/// Set in the ids of chunks, so that they are not taken for the outbox's own.
constexpr OutboxId chunk_bit = OutboxId{1} << 62;
constexpr unsigned number_shift = 8;
static_assert(limits::attachment_chunks_max <= 1u << number_shift);

OutboxId chunk_id(std::uint64_t number, std::uint32_t chunk) {
  return chunk_bit | number << number_shift | chunk;
}

}  // namespace

wire::MailboxAddress Upload::address() const {
  const auto seed = AttachmentSeed::from(as_bytes(body.attachment().seed()));
  return derive_attachment(*seed).address(SigningKey(drop).verify_key());
}

bool Uploads::load(const Record& record) {
  const ByteView key(record.key);
  if (key.size() < number_bytes) return false;
  const auto number = read_outbox_id(key.first(number_bytes));
  ByteView rest = key.subspan(number_bytes);
  if (!rest.empty()) {
    const auto chunk = take_number(rest);
    const auto found = uploads_.find(*number);
    if (!chunk || found == uploads_.end() || *chunk >= found->second.chunks.size()) return false;
    found->second.chunks[*chunk] = to_bytes(record.value.reveal());
    return true;
  }
  state::Upload kept;
  Upload upload;
  if (!parse(kept, record.value.reveal()) || !read(upload.group, kept.group()) ||
      !take_secret(upload.drop, *kept.mutable_drop()) ||
      !check_attachment(kept.body().attachment()).ok()) {
    return false;
  }
  upload.body = std::move(*kept.mutable_body());
  upload.chunks.resize(static_cast<std::size_t>(upload.body.attachment().chunks_size()));
  upload.stored = {kept.stored().begin(), kept.stored().end()};
  uploads_.emplace(*number, std::move(upload));
  return true;
}

bool Uploads::is_whole() const {
  return std::all_of(uploads_.begin(), uploads_.end(), [](const auto& entry) {
    const auto& chunks = entry.second.chunks;
    return std::all_of(chunks.begin(), chunks.end(), [](const Bytes& envelope) {
      return wire::is_envelope_size(envelope.size());
    });
  });
}

void Uploads::add(Upload upload) {
  const std::uint64_t number = uploads_.empty() ? 1 : uploads_.rbegin()->first + 1;
  save(number, upload);
  for (std::uint32_t chunk = 0; chunk < upload.chunks.size(); ++chunk) {
    journal_.put(Table::uploads, record_key({number, chunk}), SecretBytes(upload.chunks[chunk]));
  }
  uploads_.emplace(number, std::move(upload));
}

std::vector<OutboxItem> Uploads::items(std::uint64_t number, std::size_t count_max) const {
  std::vector<OutboxItem> items;
  const Upload& upload = uploads_.at(number);
  const wire::MailboxAddress address = upload.address();
  for (std::uint32_t chunk = 0; chunk < upload.chunks.size(); ++chunk) {
    if (items.size() == count_max) break;
    if (upload.stored.contains(chunk)) continue;
    items.push_back({chunk_id(number, chunk), address, upload.chunks[chunk], std::nullopt});
  }
  return items;
}

bool Uploads::is_chunk(OutboxId id) { return (id >> 62) == 1; }

std::optional<std::uint64_t> Uploads::on_dropped(OutboxId id) {
  const std::uint64_t number = (id ^ chunk_bit) >> number_shift;
  const auto found = uploads_.find(number);
  if (found == uploads_.end()) return std::nullopt;
  Upload& upload = found->second;
  const auto chunk = static_cast<std::uint32_t>(id & ((1u << number_shift) - 1));
  if (upload.stored.insert(chunk).second) save(number, upload);
  if (upload.stored.size() < upload.chunks.size()) return std::nullopt;
  return number;
}

void Uploads::begin_again() {
  for (auto& [number, upload] : uploads_) {
    upload.stored.clear();
    save(number, upload);
  }
}

const SigningSeed* Uploads::drop_seed(const wire::MailboxAddress& address) const {
  for (const auto& [number, upload] : uploads_) {
    if (upload.address() == address) return &upload.drop;
  }
  return nullptr;
}

void Uploads::erase(std::uint64_t number) {
  const auto found = uploads_.find(number);
  if (found == uploads_.end()) return;
  journal_.erase(Table::uploads, record_key({number}));
  for (std::uint32_t chunk = 0; chunk < found->second.chunks.size(); ++chunk) {
    journal_.erase(Table::uploads, record_key({number, chunk}));
  }
  uploads_.erase(found);
}

void Uploads::save(std::uint64_t number, const Upload& upload) {
  state::Upload kept;
  kept.set_group(upload.group.str());
  *kept.mutable_body() = upload.body;
  put_secret(kept.mutable_drop(), upload.drop);
  for (const std::uint32_t chunk : upload.stored) kept.add_stored(chunk);
  journal_.put(Table::uploads, record_key({number}), kept);
  wipe_text(*kept.mutable_drop());
  wipe_text(*kept.mutable_body()->mutable_attachment()->mutable_seed());
}

}  // namespace porchlight::client
