// From an enrol token to an account, and from the account to each day's tokens (clauses 6.4
// to 6.6). Everything happens at random minutes and on connections of its own, so that the relay
// cannot pair the account with anything else. Must not know: lanes, groups.
#pragma once

#include "client/core/relay_view.hpp"
#include "client/core/wallet.hpp"
#include "proto/crypto/voprf.hpp"

namespace porchlight::client {

class Enrolment {
 public:
  struct Parts {
    Journal& journal;
    Random& random;
    Warnings& warnings;
    Wallet& wallet;
    const RelayView& relay;
  };

  explicit Enrolment(Parts parts) : parts_(parts) {}
  bool load(const Record& record);

  /// An enrol token that came with an invite: it becomes the account's own, or stock.
  void add_token(const wire::Token& token, TimePoint now);

  /// The relay's store is another one, which may not know this account: it enrols once more, with
  /// the same token, which a relay that knows it answers in the same way.
  void begin_again(TimePoint now);
  /// Nothing but a token from a new invite leads to an account.
  bool wants_token() const { return !enrolled() && !token_; }
  /// This is a backup's: what was asked for may have come since, and been spent.
  void forget_asked();

  bool enrolled() const { return role_ != wire::TOKEN_KIND_NONE && !lost_; }
  /// None once enrolled, or without a token to enrol with.
  std::optional<TimePoint> due() const;
  /// When new session tokens are fetched; none before enrolling.
  std::optional<TimePoint> next_tokens_at() const;

  std::optional<Errand> errand(TimePoint now, Haste haste) const;
  std::optional<TimePoint> next_errand_at() const;

  /// 'not_found' when there is nothing to do any more.
  Result<wire::Request> request(Errand errand, const SigningKey& account,
                                const RelayIdentity& relay, const Challenge& challenge,
                                TimePoint now);
  void on_answer(Errand errand, const wire::Answer& answer, TimePoint now);

 private:
  /// Elements sent to be evaluated, kept so that the same ones are sent again.
  struct Asked {
    std::uint32_t period = 0;
    std::uint32_t week = 0;
    std::vector<TokenNonce> nonces;
    std::vector<voprf::Blinded> blinded;
  };
  struct Allotment {
    std::uint32_t next_period = 0;
    TimePoint due;
    std::optional<Asked> asked;
  };

  bool is_available(wire::TokenKind kind, TimePoint now) const;
  Result<wire::Request> enroll_request(const SigningKey& account, const RelayIdentity& relay,
                                       const Challenge& challenge) const;
  Result<wire::Request> issue_request(wire::TokenKind kind, const SigningKey& account,
                                      const RelayIdentity& relay, const Challenge& challenge,
                                      TimePoint now);
  Status ask(Allotment& allotment, wire::TokenKind kind, TimePoint now);
  void on_enroll_answer(const wire::Answer& answer, TimePoint now);
  void on_issue_answer(wire::TokenKind kind, const wire::Answer& answer, TimePoint now);
  Status take_tokens(wire::TokenKind kind, const Allotment& allotment, const wire::Issued& issued,
                     TimePoint now);
  void on_issue_refused(wire::TokenKind kind, Allotment& allotment, TimePoint now);
  void come_back(TimePoint now);
  void set_found();
  void finish(wire::TokenKind kind, Allotment& allotment);
  TimePoint later(TimePoint now, std::chrono::minutes least, std::chrono::minutes most);
  void save();

  Parts parts_;
  std::optional<wire::Token> token_;
  std::optional<wire::Token> used_;
  TimePoint due_;
  wire::TokenKind role_ = wire::TOKEN_KIND_NONE;
  bool lost_ = false;  // the relay does not know the account any more
  std::map<wire::TokenKind, Allotment> allotments_;
};

}  // namespace porchlight::client
