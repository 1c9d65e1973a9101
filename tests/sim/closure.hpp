// What follows from what somebody holds: the least set with what they hold in it that every
// derivation and every ciphertext whose key is in it adds to.
// Must not know: what the values are for.
#pragma once

#include <functional>
#include <span>

#include "tests/sim/derivations.hpp"

namespace porchlight::sim {

class Closure {
 public:
  /// With a key of which `locked` holds nothing is opened.
  using Locked = std::function<bool(NodeId)>;
  explicit Closure(const Derivations& derivations, Locked locked = {});

  /// Values and ciphertexts that are held, and where; `where` outlives the closure.
  void hold(std::span<const NodeId> ids, const char* where);
  /// Follows everything that was held.
  void follow();

  /// Only after follow().
  bool knows(NodeId id) const { return id < how_.size() && how_[id].step != Step::none; }
  /// Values, and ciphertexts that are held, in the order in which they came.
  const std::vector<NodeId>& known() const { return known_; }

  /// One way from what is held to `id`, first what it follows from at once. At most `steps_max`.
  struct Reason {
    NodeId id = 0;
    const char* where = nullptr;  // where it is held itself; none where it follows
    std::optional<NodeId> from;   // by a derivation, or from within this ciphertext
    std::optional<NodeId> with;   // the other part, or the ciphertext's key
  };
  std::vector<Reason> explain(NodeId id, std::size_t steps_max) const;

 private:
  enum class Step : std::uint8_t { none, held, derived, opened };
  struct How {
    Step step = Step::none;
    NodeId from = 0;
    NodeId with = 0;
    const char* where = nullptr;
  };

  void learn(NodeId id, const How& how);
  void open(NodeId box);

  const Derivations& derivations_;
  const Locked locked_;
  std::vector<How> how_;
  std::vector<NodeId> known_;
  std::size_t followed_ = 0;
};

}  // namespace porchlight::sim
