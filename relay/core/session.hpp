// One connection's session at the relay, without I/O (clauses 3 to 6): it decodes requests, checks
// proofs, tokens and sizes, and says what to answer, what to commit and what to deliver.
// A request that cannot be decided here becomes an operation; its outcome comes back and is
// answered. Requests that need a proof of possession which is still being charged wait for it, in
// order. Must not know: sockets, SQL, other sessions, what is inside an envelope.
#pragma once

#include <set>
#include <unordered_map>
#include <vector>

#include "proto/crypto/voprf.hpp"
#include "proto/wire/mailbox.hpp"
#include "proto/wire/relay.pb.h"
#include "proto/wire/time.hpp"
#include "relay/core/operations.hpp"
#include "relay/core/relay_info.hpp"

namespace porchlight::relay {

/// Names an operation of one session until its outcome is there.
using Ticket = std::uint64_t;

/// Send this to the client.
struct Send {
  wire::Answer answer;
};
/// Have this committed, after everything this session had queued before, and report the outcome
/// with the ticket: exactly once, unless the connection is gone.
struct Queue {
  Ticket ticket = 0;
  Operation operation;
};
/// Deliver everything above `after` in order, then CaughtUp, then what comes. With
/// `until_caught_up` end there and call on_collect_ended().
struct Deliver {
  enum class Extent : std::uint8_t { until_caught_up, live };
  std::uint64_t request_id = 0;
  MailboxId mailbox;
  Seq after = 0;
  Extent extent = Extent::live;
};
/// Send what is to be sent, then end the connection. Always the last effect of a session.
struct Close {};

using Effect = std::variant<Send, Queue, Deliver, Close>;
using Effects = std::vector<Effect>;

class Session {
 public:
  /// Draws the connection's challenge. `context` must outlive the session.
  explicit Session(const SessionContext& context);
  Session(Session&&) = default;

  const Challenge& challenge() const { return challenge_; }

  /// RelayInfo, to be sent before anything is read.
  wire::Answer greeting(wire::TimePoint now) const;

  /// One received frame. A frame that is no Request, or has a field of an impossible size, is
  /// answered MALFORMED with id 0 and closed.
  Effects on_frame(ByteView frame, wire::TimePoint now);

  /// The peer announced a frame above the limit: answered and closed like a malformed one.
  Effects on_oversized_frame();

  /// The outcome of the operation queued under `ticket`. Tickets that are not open are our own bug.
  Effects on_outcome(Ticket ticket, const Outcome& outcome, wire::TimePoint now);

  /// A Deliver `until_caught_up` has sent its CaughtUp, or a Deliver could not go on.
  void on_collect_ended();

  /// What waits for a proof to be paid. Whoever feeds the session stops while this is much: the
  /// next outcome lets it go.
  std::size_t parked_bytes() const { return parked_bytes_; }

 private:
  enum class Right : std::uint8_t { collect, drop };
  struct Proof {
    Right right;
    MailboxId mailbox;
    friend auto operator<=>(const Proof&, const Proof&) = default;
  };
  enum class Standing : std::uint8_t { unproven, being_paid, proven };
  struct Spending {
    Payer tried;
    std::optional<Payer> before;  // pays on if this one is refused
  };
  /// Tokens to be signed once their allotment is reserved.
  struct Signing {
    TokenKind kind;
    std::uint32_t week;
    std::vector<voprf::Element> blinded;
  };
  /// A drop that a guest has paid already; what is not stored anew is given back.
  struct GuestDrop {};
  /// What an operation's outcome needs beside itself.
  using Detail = std::variant<std::monostate, EraseUpTo, Spending, Proof, Signing, GuestDrop>;
  struct Open {
    std::uint64_t request_id;
    Detail detail;
  };
  /// What is left of a solved puzzle (clause 6.7).
  struct Guest {
    std::uint32_t drops;
    std::uint32_t drop_proofs;
    std::uint32_t collect_proofs = 1;
    std::uint32_t collects = 1;
  };
  struct Parked {
    Proof awaited;
    wire::Request request;
  };

  // Each request in turn; session_tokens.cpp and session_guests.cpp have those of clause 6.
  void handle(wire::Request& request, wire::TimePoint now);
  void prove(wire::Request& request);
  void drop(wire::Request& request);
  void collect(wire::Request& request);
  void erase(wire::Request& request);
  void spend(const wire::Request& request, wire::TimePoint now);
  void issue(const wire::Request& request, wire::TimePoint now);
  void enroll(const wire::Request& request, wire::TimePoint now);
  void ask_puzzle(const wire::Request& request, wire::TimePoint now);
  void solve(const wire::Request& request, wire::TimePoint now);

  /// Until a token's Spend was answered: one that is refused in the end must buy nothing that only
  /// the commit thread would have held back.
  bool is_guest() const { return guest_ && !has_spent_; }
  /// Whether what this address is asked for may be paid at all, by a token or as a guest.
  bool can_pay(const wire::MailboxAddress& address) const;
  void prove_as_guest(std::uint64_t request_id, const Proof& proof);
  void drop_as_guest(std::uint64_t request_id, Append append);

  // What became of them.
  void settle(Open& open, const Outcome& outcome, wire::TimePoint now);
  void settle_spending(const Open& open, const Spending& spending, const Outcome& outcome);
  void settle_proof(const Open& open, const Proof& proof, const Outcome& outcome,
                    wire::TimePoint now);
  void sign_tokens(std::uint64_t request_id, const Signing& signing, wire::TimePoint now);

  bool proves(std::string_view label, ByteView subject, std::string_view signature,
              const VerifyKey& key) const;
  Standing standing(const Proof& proof) const;
  void park(const Proof& awaited, wire::Request& request);
  void queue(std::uint64_t request_id, Operation operation, Detail detail = {});

  wire::Answer& answer(std::uint64_t request_id);
  void answer_done(std::uint64_t request_id);
  void answer_budget(std::uint64_t request_id, const Budget& left);
  void fail(std::uint64_t request_id, wire::FailureCode code, Seq newest = 0);
  void fail(std::uint64_t request_id, const Outcome& outcome);
  /// The one answer to every failed authentication (clause 3.5).
  void refuse(std::uint64_t request_id);
  void malformed();
  Effects take_effects();

  const SessionContext* context_;
  Challenge challenge_;
  std::optional<Payer> payer_;
  bool has_spent_ = false;                    // a budget was answered
  std::optional<std::uint32_t> puzzle_bits_;  // as announced on this connection
  std::optional<Guest> guest_;
  std::set<Proof> proven_;
  std::set<Proof> being_paid_;
  std::vector<Parked> parked_;
  std::size_t parked_bytes_ = 0;
  std::unordered_map<Ticket, Open> open_;
  Ticket next_ticket_ = 1;
  std::size_t collects_ = 0;
  std::size_t refusals_ = 0;
  std::size_t issues_ = 0;
  bool closed_ = false;
  Effects effects_;  // of the event that is being handled
};

}  // namespace porchlight::relay
