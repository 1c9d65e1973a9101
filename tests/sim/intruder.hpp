// A member of a group who does as it likes with what its vault holds: writes in others' names,
// changes what it may not change, races other leads, goes on where its vault was copied.
// Must not know: how what it makes gets to the relay, and what becomes of it.
#pragma once

#include "client/core/group.hpp"
#include "proto/wire/group.pb.h"
#include "tests/sim/seeded_random.hpp"

namespace porchlight::sim {

struct Mail {
  MailboxId mailbox;
  Bytes envelope;
};
/// A change with its pages, which are to be there before it.
struct ChangeMail {
  std::vector<Mail> pages;
  Mail head;
  EpochId id;
};

class Intruder {
 public:
  /// What a vault holds of a group; none where this member is not in it. `random` outlives it.
  static std::unique_ptr<Intruder> enter(const std::vector<client::Record>& vault,
                                         const GroupId& group, SeededRandom& random);

  const VerifyKey& identity() const { return identity_->verify_key(); }
  const client::Roster& roster() const { return group_.roster(); }
  MailboxId control_mailbox() const { return group_.newest().control_mailbox; }
  const EpochId& epoch() const { return group_.newest().head.id; }
  bool leads() const { return group_.roster().is_lead(identity()); }

  // ---- what everybody is to refuse; none where there is nothing to make it of ------------------
  /// In another's name, in the right place, or in its own name in a place that cannot be.
  std::optional<Mail> forge_frame();
  /// Of no use to anybody, sealed so that all in the group can open it.
  std::optional<Mail> bring_garbage();
  /// Not allowed to who does not lead, or to anybody. `today` is the relay's.
  std::optional<ChangeMail> forge_change(std::uint32_t today);

  // ---- what is to be taken ---------------------------------------------------------------------
  /// A frame as the vault's owner, with a text, that cites what never was; `skip` counters ahead.
  std::optional<Mail> speak(std::string_view text, std::uint64_t sent_minute, std::uint64_t skip);
  /// New keys, a role or a removal, whatever the mailbox holds by now. Whom it takes out, or gives
  /// no keys, is added to `removed`.
  std::optional<ChangeMail> change(std::uint32_t today, std::set<VerifyKey>& removed);

 private:
  Intruder(const GroupId& group, SeededRandom& random) : group_(journal_, group), random_(random) {}

  /// The newest epoch's days, and one of them.
  std::optional<std::uint32_t> pick_day() const;
  Mail make_frame(std::uint32_t day, const VerifyKey& sender, std::uint32_t counter,
                  const client::MessageKey& key, std::uint32_t said_day) const;
  client::Amendment draw_amendment(std::set<VerifyKey>& removed) const;
  /// Where `left_out` stays, its grant is not for it.
  Bytes make(const client::Amendment& amendment, std::uint32_t today, std::vector<Mail>& pages,
             const std::optional<VerifyKey>& left_out) const;
  /// As it is, or with something wrong.
  wire::EpochBody spoil(wire::EpochBody body) const;
  Mail to_control(const Bytes& signed_epoch) const;

  client::Journal journal_;
  client::Group group_;
  SeededRandom& random_;
  std::optional<SigningKey> identity_;
};

}  // namespace porchlight::sim
