// What this device has had stored at the relay in the last days, byte for byte, and the changes
// that made its groups' epochs: to be dropped again where the relay's store was replaced by an
// older one (clause 4.8). Must not know: what is in an envelope, when it may leave.
#pragma once

#include <set>

#include "client/core/outbox.hpp"
#include "proto/wire/envelope.hpp"

namespace porchlight::client {

struct KeptEnvelope {
  OutboxEntry entry;
  EnvelopeHash hash;
  std::optional<SigningSeed> drop;  // where its mailbox has a drop key
  std::uint32_t day = 0;            // when it was stored first
  std::uint32_t store = 0;          // the newest of the relay's stores that is known to hold it
};

class Kept {
 public:
  explicit Kept(Journal& journal) : journal_(journal) {}
  bool load(const Record& record);

  /// `envelope.entry`'s own id does not matter; `hash` is made here. One that is there already only
  /// counts as held by `envelope.store`. Where there are too many, the oldest go.
  void add(KeptEnvelope envelope);
  /// The present store holds it.
  void seen(ByteView envelope, std::uint32_t store);
  void on_dropped(OutboxId id, std::uint32_t store);

  /// Whether an id of an OutboxItem is one of these.
  static bool is_kept(OutboxId id);
  /// In the order in which they were stored first, with ids for OutboxItem.
  const std::map<OutboxId, KeptEnvelope>& all() const { return kept_; }
  /// None where no mailbox of this address is dropped to.
  const SigningSeed* drop_seed(const wire::MailboxAddress& address) const;

  template <class Predicate>
  void erase_if(Predicate predicate) {
    std::vector<OutboxId> gone;
    for (const auto& [id, envelope] : kept_) {
      if (predicate(envelope)) gone.push_back(id);
    }
    for (const OutboxId id : gone) erase(id);
  }

 private:
  OutboxId least_needed() const;
  void erase(OutboxId id);
  void save(OutboxId id, const KeptEnvelope& envelope);
  void index(OutboxId id, KeptEnvelope envelope);

  Journal& journal_;
  std::map<OutboxId, KeptEnvelope> kept_;
  std::map<EnvelopeHash, OutboxId> by_hash_;
  std::size_t bytes_ = 0;
};

}  // namespace porchlight::client
