#include "tests/sim/derivations.hpp"

#include <algorithm>
#include <cstring>

#include "proto/base/result.hpp"

namespace porchlight::sim {
namespace {

std::uint64_t first_word(const Byte* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

std::size_t bit_of(const Byte* bytes) {
  return static_cast<std::size_t>((first_word(bytes) * 0x9e3779b97f4a7c15) >> 42);
}

bool is_control(const std::string& label) { return label.starts_with("ctl "); }

}  // namespace

std::size_t Derivations::Hash::operator()(const Value& value) const {
  return static_cast<std::size_t>(first_word(value.data()));
}

std::optional<NodeId> Derivations::find(ByteView value) const {
  if (value.size() < value_bytes || !maybe_[bit_of(value.data())]) return std::nullopt;
  Value key;
  std::copy_n(value.begin(), value_bytes, key.begin());
  const auto found = ids_.find(key);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<NodeId> Derivations::find_all(ByteView bytes) const {
  std::vector<NodeId> found;
  for (std::size_t at = 0; at + value_bytes <= bytes.size(); ++at) {
    if (const auto id = find(bytes.subspan(at, value_bytes))) found.push_back(*id);
  }
  return found;
}

NodeId Derivations::take(ByteView value) {
  Value key;
  std::copy_n(value.begin(), value_bytes, key.begin());
  const auto [place, fresh] = ids_.emplace(key, static_cast<NodeId>(nodes_.size()));
  if (fresh) {
    nodes_.emplace_back();
    maybe_[bit_of(key.data())] = true;
  }
  return place->second;
}

void Derivations::drew(ByteView value) {
  if (value.size() == value_bytes) (void)take(value);
}

std::optional<NodeId> Derivations::mark(ByteView value) {
  if (value.size() < value_bytes) return std::nullopt;
  return take(value);
}

void Derivations::derived(ByteView out, ByteView key, const std::string& label,
                          const std::vector<Bytes>& parts) {
  if (out.size() != value_bytes || key.size() != value_bytes || find(out)) return;
  const NodeId from = take(key);
  const NodeId to = take(out);
  if (label == "post" && nodes_[from].kind == Kind::drawn) {
    nodes_[from].kind = Kind::post_secret;
    nodes_[from].family = from;
  }
  name(nodes_[to], nodes_[from], label, parts);
  // The one secret part there is in the protocol: what a grant holds (clauses 10.1 and 14.2).
  const bool of_channel = label == "channel epoch";
  std::optional<NodeId> fresh;
  if ((label == "epoch" || of_channel) && !parts.empty() && parts.front().size() == value_bytes) {
    fresh = take(parts.front());
    nodes_[*fresh].kind = of_channel ? Kind::channel_fresh : Kind::fresh;
    nodes_[*fresh].epoch = nodes_[to].epoch;
    if (!of_channel) with_fresh_.insert(nodes_[to].epoch);
    nodes_[*fresh].edges.push_back({to, from});
  }
  nodes_[from].edges.push_back({to, fresh});
}

void Derivations::name(Node& made, const Node& key, const std::string& label,
                       const std::vector<Bytes>& parts) {
  made.kind = Kind::other;
  made.label = label;
  made.epoch = key.epoch;
  made.day = key.day;
  made.sender = key.sender;
  made.counter = key.counter;
  made.family = key.family;
  if (label == "channel epoch" || is_of_a_channel(key.kind)) {
    return name_in_channel(made, key, label, parts);
  }
  if (label == "epoch" && parts.size() == 2) {
    made.kind = Kind::epoch_secret;
    made.epoch = EpochId::from(parts[1]).value_or(EpochId{});
  } else if (key.kind == Kind::epoch_secret) {
    made.kind = label == "carry"         ? Kind::carry
                : label == "day"         ? Kind::day_secret
                : label == "attribution" ? Kind::attribution
                : is_control(label)      ? Kind::control_key
                                         : Kind::other;
  } else if (key.kind == Kind::control_key) {
    made.kind = Kind::page_key;
  } else if (key.kind == Kind::day_secret && label == "next") {
    made.kind = Kind::day_secret;
    made.day += 1;
  } else if (key.kind == Kind::day_secret && label == "branch") {
    made.kind = Kind::branch;
  } else if (key.kind == Kind::branch && label == "chain" && parts.size() == 1) {
    made.kind = Kind::chain;
    made.sender = VerifyKey::from(parts.front()).value_or(VerifyKey{});
  } else if (key.kind == Kind::day_secret) {
    made.kind = Kind::day_key;
  } else if (key.kind == Kind::chain && label == "next") {
    made.kind = Kind::chain;
    made.counter += 1;
  } else if (key.kind == Kind::chain && label == "msg") {
    made.kind = Kind::message_key;
  }
}

void Derivations::name_in_channel(Node& made, const Node& key, const std::string& label,
                                  const std::vector<Bytes>& parts) {
  if (label == "channel epoch" && parts.size() == 2) {
    made.kind = Kind::channel_secret;
    made.epoch = EpochId::from(parts[1]).value_or(EpochId{});
  } else if (key.kind == Kind::channel_secret) {
    made.kind = label == "carry" ? Kind::channel_carry
                : label == "day" ? Kind::channel_day_secret
                                 : Kind::channel_control;
  } else if (key.kind == Kind::channel_control) {
    made.kind = Kind::channel_page;
  } else if (key.kind == Kind::channel_day_secret || key.kind == Kind::post_day_secret) {
    const bool is_post = key.kind == Kind::post_day_secret;
    made.kind = label == "next" ? key.kind : is_post ? Kind::post_day_key : Kind::channel_day_key;
    made.day += label == "next" ? 1u : 0u;
  } else if (key.kind == Kind::post_secret) {
    made.kind = label == "post day" ? Kind::post_day_secret : Kind::post_key;
  }
}

void Derivations::made_pair(ByteView public_key, ByteView seed) {
  const NodeId id = take(seed);
  Value key;
  std::copy_n(public_key.begin(), value_bytes, key.begin());
  seed_of_.emplace(key, id);
}

void Derivations::sealed(ByteView box, ByteView plaintext, ByteView public_key) {
  Value key;
  std::copy_n(public_key.begin(), value_bytes, key.begin());
  const auto seed = seed_of_.find(key);
  add_ciphertext(box, plaintext,
                 seed == seed_of_.end() ? std::nullopt : std::optional(seed->second));
}

void Derivations::encrypted(ByteView ciphertext, ByteView plaintext, ByteView key) {
  add_ciphertext(ciphertext, plaintext, take(key));
}

void Derivations::add_ciphertext(ByteView ciphertext, ByteView plaintext,
                                 std::optional<NodeId> key) {
  if (ciphertext.size() < value_bytes) return;
  std::vector<NodeId> holds = find_all(plaintext);
  const NodeId id = take(ciphertext);
  Node& node = nodes_[id];
  node.kind = Kind::box;
  node.key = key;
  node.holds = std::move(holds);
  if (key) nodes_[*key].opens.push_back(id);
}

}  // namespace porchlight::sim
