#include "tests/sim/closure.hpp"

namespace porchlight::sim {

Closure::Closure(const Derivations& derivations, Locked locked)
    : derivations_(derivations), locked_(std::move(locked)), how_(derivations.size()) {}

void Closure::hold(std::span<const NodeId> ids, const char* where) {
  for (const NodeId id : ids) learn(id, {Step::held, 0, 0, where});
}

void Closure::learn(NodeId id, const How& how) {
  if (how_[id].step != Step::none) return;
  how_[id] = how;
  known_.push_back(id);
}

void Closure::open(NodeId box) {
  const Node& node = derivations_.node(box);
  if (!node.key || !knows(*node.key) || !knows(box)) return;
  if (locked_ && locked_(*node.key)) return;
  for (const NodeId held : node.holds) learn(held, {Step::opened, box, *node.key, nullptr});
}

void Closure::follow() {
  for (; followed_ < known_.size(); ++followed_) {
    const NodeId id = known_[followed_];
    const Node& node = derivations_.node(id);
    if (node.kind == Kind::box) open(id);
    for (const NodeId box : node.opens) open(box);
    for (const Node::Edge& edge : node.edges) {
      if (edge.needs && !knows(*edge.needs)) continue;
      learn(edge.to, {Step::derived, id, edge.needs.value_or(id), nullptr});
    }
  }
}

std::vector<Closure::Reason> Closure::explain(NodeId id, std::size_t steps_max) const {
  std::vector<Reason> reasons;
  std::vector<NodeId> open{id};
  for (std::size_t i = 0; i < open.size() && reasons.size() < steps_max; ++i) {
    const How& how = how_[open[i]];
    Reason reason{open[i], how.where, {}, {}};
    if (how.step == Step::derived || how.step == Step::opened) {
      reason.from = how.from;
      open.push_back(how.from);
      if (how.with != how.from) {
        reason.with = how.with;
        open.push_back(how.with);
      }
    }
    reasons.push_back(reason);
  }
  return reasons;
}

}  // namespace porchlight::sim
