// What a relay could learn from what it receives, held against clauses 6.3, 6.6 and 7: no word of
// people's, no identifier that ties two purposes together, one spend id for one token.
// Must not know: what is inside an envelope.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "proto/base/ids.hpp"
#include "proto/wire/relay.pb.h"
#include "tests/sim/network.hpp"

namespace porchlight::sim {

class RelayView {
 public:
  explicit RelayView(World& world) : world_(world) {}

  /// A word that must never be seen outside a sealed box: a name, a text, a group's name.
  void keep_secret(std::string word) { words_.push_back(std::move(word)); }

  /// Whoever is told of every envelope that the relay receives, stored or not.
  using Log = std::function<void(ByteView envelope)>;
  void set_log(Log log) { log_ = std::move(log); }
  void on_envelope(ByteView envelope) {
    if (log_) log_(envelope);
  }

  /// Every frame the relay receives. `purpose` is the client and its lane or errand: what one
  /// purpose sends may be tied together by the relay, what two send may not.
  void on_request(ConnectionId connection, const std::string& purpose, const std::string& frame);
  /// Whatever else the relay keeps or says.
  void on_bytes(std::string_view where, std::string_view bytes);

  /// The mailboxes it has heard of without those of parcels, and those of them where anybody may
  /// drop. A parcel that was taken back cannot be told from one that the relay shows again.
  std::vector<MailboxId> mailboxes() const;
  std::vector<MailboxId> inboxes() const;

 private:
  /// `identifier` may come back for the same purpose alone.
  void belongs(const std::string& identifier, std::string_view kind, const std::string& purpose);
  void on_address(const std::string& address);
  void on_spend(ConnectionId connection, const std::string& purpose, const wire::Spend& spend);
  void on_account(ConnectionId connection, const std::string& purpose, const std::string& account);

  World& world_;
  Log log_;
  std::vector<std::string> words_;
  std::map<std::string, std::string> purpose_of_;  // by kind and identifier
  std::map<std::string, std::string> address_of_key_;
  std::set<std::string> addresses_;
  std::map<std::pair<std::string, std::string>, std::string> spend_ids_;  // by nonce and owner
  std::map<std::string, ConnectionId> proofs_;
  std::set<ConnectionId> paid_;  // that spent a token
  std::map<ConnectionId, std::string> account_on_;
};

}  // namespace porchlight::sim
