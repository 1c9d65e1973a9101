// One lane on one connection, sans I/O: frames in, frames out, events to the core. It reads the
// relay's greeting, pays, proves, collects every subscription, drops every outbox item in order and
// erases what is of no more use; new work is picked up at each step.
// Frames leave through step() alone, which has everything kept first: the order cannot be got
// wrong. Must not know: sockets, clocks, the vault. PROTOCOL.md clauses 3, 4, 6.3
// and 6.7.
#pragma once

#include <map>
#include <set>
#include <variant>

#include "client/core/answers.hpp"
#include "client/core/lane_host.hpp"
#include "proto/base/limits.hpp"

namespace porchlight::client {

class LaneSession {
 public:
  enum class Extent : std::uint8_t {
    until_caught_up,  // each subscription is read to its end, once a round
    live,             // and stays open for what comes, as far as one connection reaches
  };

  /// `relay_key` is what the TLS handshake held against the pinned identity. `host` outlives this.
  LaneSession(LaneHost& host, const VerifyKey& relay_key, Extent extent)
      : host_(host), relay_key_(relay_key), extent_(extent) {}

  /// One received frame. What is wrong with it comes out of step().
  void on_frame(ByteView frame);

  /// Asks the host what there is to do, has it persist, and gives the frames that may leave now:
  /// none or many. To be called after every batch of frames, and whenever the host may have more
  /// work. An error ends the connection, for this call and all later ones; what arrived before it
  /// is kept.
  Result<std::string> step();

  /// The relay owes an answer: without any for limits::request_timeout, the connection is of no
  /// use.
  bool awaiting_answer() const { return !greeting_ || in_flight_ > 0; }
  bool greeted() const { return greeting_.has_value(); }
  /// Everything that can be done on this connection, as the host stands now, is done.
  bool at_rest();
  /// Why something was left undone while the connection goes on: no tokens, the relay is full.
  const std::optional<Error>& trouble() const { return trouble_; }
  /// Whether a mailbox is being read: a connection worth keeping in spite of trouble.
  bool is_collecting() const;
  /// So many bundles of an event were refused here that the relay would end the connection: the
  /// next ones are for another.
  bool must_begin_anew() const { return must_begin_anew_; }
  /// How many items were stored over this connection.
  std::size_t stored() const { return stored_; }

  /// Reads every subscription that is not live again from where it stands, without proving anew.
  void collect_again();
  /// Keeps a silent connection open (clause 3.7), and reads again what is not live.
  void ping();

 private:
  struct Spending {
    SpendId id;
  };
  struct Proving {
    MailboxId mailbox;
    wire::MailboxRight right;
  };
  struct Collecting {
    MailboxId mailbox;
    std::uint64_t newest_seq;
    bool live;
    bool caught_up = false;
  };
  struct Dropping {
    OutboxId item;
    std::optional<MailboxId> proven;  // where the mailbox has a drop key
  };
  struct Erasing {
    MailboxId mailbox;
    std::uint64_t up_to_seq;
  };
  struct Pinging {};
  struct AskingPuzzle {};
  struct Solving {};
  using Kind = std::variant<Spending, Proving, Collecting, Dropping, Erasing, Pinging, AskingPuzzle,
                            Solving>;
  /// Whether a puzzle has let this connection in (clause 6.7).
  enum class Guest : std::uint8_t { no, yes, refused };
  /// Below what the relay puts up with.
  static constexpr std::size_t contested_max = limits::refusals_per_connection_max - 1;
  struct Pending {
    Kind kind;
    std::size_t payment;  // which spending of this connection pays for it
  };
  using Open = std::map<std::uint64_t, Pending>::iterator;
  using Right = std::pair<MailboxId, wire::MailboxRight>;

  // What is to be done.
  void plan();
  bool work_is_waiting();
  void plan_collects();
  void plan_drops();
  void plan_erasures();
  bool pay();
  bool is_guests_work();
  void ask_puzzle();
  bool afford(const OutboxItem& item);
  bool prove(const wire::MailboxAddress& address, wire::MailboxRight right);
  wire::Request new_request(Kind kind);
  void send(const wire::Request& request);
  bool has_room() const;

  // What came.
  void on_answer(const wire::Answer& answer);
  void on_answer_to(Open open, const wire::Answer& answer);
  void on_budget(Open open, const wire::Budget& left);
  void on_puzzle(Open open, const wire::Puzzle& puzzle);
  void on_done(Open open);
  void on_dropped(Open open, const wire::Dropped& dropped);
  void on_delivery(Open open, const wire::Delivery& delivery);
  void on_caught_up(Open open, const wire::CaughtUp& caught_up);
  void on_failure(Open open, const wire::Failure& failure);
  void on_spend_failure(const SpendId& spend, const wire::Failure& failure);
  void on_drop_failure(OutboxId item, const wire::Failure& failure);
  void on_no_budget(const Pending& pending);
  bool lost_its_proof(const Kind& kind) const;
  Pending close(Open open);
  void fail(Error error);
  void fail_impossible();

  LaneHost& host_;
  const VerifyKey relay_key_;
  const Extent extent_;
  std::optional<Greeting> greeting_;
  std::optional<Error> error_;
  std::optional<Error> trouble_;
  std::string output_;
  std::size_t stored_ = 0;

  std::map<std::uint64_t, Pending> pending_;
  std::uint64_t next_id_ = 1;
  std::size_t in_flight_ = 0;  // of pending_, without live collects that have caught up
  std::size_t live_ = 0;       // collects that stay open

  std::optional<SpendId> paying_;  // answered with a budget
  bool paying_now_ = false;        // the answer is under way
  wire::Budget left_;              // of paying_, as far as drops sent here use it
  std::size_t payments_ = 0;
  std::size_t barren_payments_ = 0;  // since something was last paid for
  std::size_t contested_ = 0;        // payments that others could have made first
  bool must_begin_anew_ = false;
  Guest guest_ = Guest::no;

  std::set<Right> proven_;         // or under way
  std::set<MailboxId> collected_;  // in this round, or under way
  std::set<OutboxId> dropping_;    // under way, or refused on this connection
  std::set<MailboxId> erasing_;    // under way, or done on this connection
  std::optional<Error> full_;      // the relay has no room: nothing more is dropped
};

}  // namespace porchlight::client
