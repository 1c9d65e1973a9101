// One errand on a connection of its own, sans I/O: the relay's greeting, one request, one answer.
// No token is spent and no mailbox named there, so that an account is tied to nothing else. Must
// not know: sockets, clocks, the vault. PROTOCOL.md clauses 6.4 to 6.6.
#pragma once

#include "client/core/answers.hpp"
#include "client/core/lane_host.hpp"

namespace porchlight::client {

class ErrandSession {
 public:
  /// As LaneSession.
  ErrandSession(ErrandHost& host, const VerifyKey& relay_key)
      : host_(host), relay_key_(relay_key) {}

  void on_frame(ByteView frame);
  /// As LaneSession::step().
  Result<std::string> step();

  /// The answer is there, and the host has it.
  bool done() const { return stage_ == Stage::answered; }
  /// Why the relay said no, once done() and if it did.
  const std::optional<Error>& refusal() const { return refusal_; }

 private:
  enum class Stage : std::uint8_t { greeting, asked, answered };

  void on_greeting(const wire::Answer& answer);
  void on_answer(const wire::Answer& answer);
  void fail(Error error);

  ErrandHost& host_;
  const VerifyKey relay_key_;
  Stage stage_ = Stage::greeting;
  bool enrolls_ = false;
  std::string output_;
  std::optional<Error> refusal_;
  std::optional<Error> error_;
};

}  // namespace porchlight::client
