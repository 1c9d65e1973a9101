// What comes to whoever enters a group (clause 10.6), as somebody new, from the person whose invite
// they followed; or once more, as a member who could not follow (clause 10.10), from a lead. The
// Welcome is small and sealed to its reader; the state it leads into is the same for all who enter
// that epoch, and lies on pages.
// Must not know: how it travels.
#pragma once

#include "client/core/epoch.hpp"
#include "client/core/pages.hpp"
#include "proto/wire/person.pb.h"

namespace porchlight::client {

/// The pages with the state that `signed_epoch` led to; `control` are that epoch's own keys. All in
/// envelopes of one size, at most limits::state_pages_max.
std::vector<Page> make_state_pages(ByteView signed_epoch, const Roster& roster,
                                   const ControlKeys& control);

/// A Signed Welcome into the epoch of these keys, on its own day. `enroll` is for whoever came by
/// an event's invite.
SecretBytes make_welcome(std::uint32_t day, const EpochKeys& keys, std::span<const Page> state,
                         const std::optional<wire::Token>& enroll, const SigningKey& author);

/// A Signed Welcome whose signature holds; nothing else of it is known to be true.
struct Welcome {
  VerifyKey author;
  EpochKeys keys;
  std::uint32_t day = 0;
  std::vector<Digest> state_pages;
  std::optional<wire::Token> enroll;
};

/// Signed by one of `authors`. 'malformed', 'not_authentic' or 'update_needed'.
Result<Welcome> open_welcome(ByteView signed_welcome, std::span<const VerifyKey> authors);

/// Checks all of clause 10.6 for whoever asked with `mine`; `state` is the pages' payloads, one
/// after the other, in order. 'malformed', 'not_authentic' or 'update_needed'; then nothing of it
/// may be used.
Result<Change> verify_welcome(const Welcome& welcome, ByteView state, const JoinRequest& mine);

/// The same for a member who asked for the state anew (clause 10.10).
Result<Change> verify_refresh(const Welcome& welcome, ByteView state, const JoinRequest& mine);

/// A Welcome that came, while the pages it lists come. The pages are never kept: they are read
/// again until all are there.
class Arrival {
 public:
  /// `seq` is the Welcome's, in the inbox.
  Arrival(Welcome welcome, SecretBytes signed_welcome, std::uint64_t seq);

  struct Place {
    PageKeys keys;
    wire::MailboxAddress address;
    MailboxId mailbox;
    std::optional<Bytes> payload;
  };
  const std::vector<Place>& pages() const { return pages_; }
  bool reads(const MailboxId& mailbox) const;
  /// It reads it, and its page has not come.
  bool lacks(const MailboxId& mailbox) const;
  /// An envelope from a page's mailbox.
  void deliver(const MailboxId& mailbox, ByteView envelope);
  bool is_whole() const;
  /// The payloads one after the other; it is whole.
  Bytes state() const;

  const Welcome& welcome() const { return welcome_; }
  EpochKeys take_keys() { return std::move(welcome_.keys); }
  const SecretBytes& signed_welcome() const { return signed_welcome_; }
  std::uint64_t seq() const { return seq_; }

 private:
  Welcome welcome_;
  SecretBytes signed_welcome_;
  std::uint64_t seq_;
  std::vector<Place> pages_;
};

/// As it was kept. None where `signed_welcome`, which is wiped, is empty or by nobody of these.
std::optional<Arrival> load_arrival(std::string& signed_welcome, std::uint64_t seq,
                                    std::span<const VerifyKey> authors);

}  // namespace porchlight::client
