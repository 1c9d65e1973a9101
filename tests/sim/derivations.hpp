// Every secret of a run and how it follows from others, written down while proto/crypto works: the
// graph that "who can derive what" is answered from. A value is known by its 32 bytes, a sealed box
// or an AEAD ciphertext by its first 32, which are random.
// Must not know: who holds what.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "proto/base/ids.hpp"

namespace porchlight::sim {

using NodeId = std::uint32_t;

/// What a value is in the key schedule (clauses 10.1, 10.7, 11.1, 12.1, 14.2 and 14.3).
enum class Kind : std::uint8_t {
  drawn,  // at random
  other,  // derived, but no key of a group: an invite's, a MAC
  epoch_secret,
  carry,
  fresh,
  control_key,  // collect, drop, seal: the label says which
  attribution,
  page_key,
  day_secret,
  day_key,  // collect, drop, seal
  branch,
  chain,
  message_key,
  channel_secret,
  channel_carry,
  channel_fresh,
  channel_control,  // collect, seal
  channel_page,
  channel_day_secret,
  channel_day_key,
  post_secret,
  post_key,  // post, attribution, made under
  post_day_secret,
  post_day_key,  // drop, reply collect, reply seal
  box,           // a ciphertext
};

inline bool is_of_a_channel(Kind kind) {
  return kind >= Kind::channel_secret && kind <= Kind::post_day_key;
}

/// One value, or one ciphertext.
struct Node {
  Kind kind = Kind::drawn;
  std::string label;             // of the derivation
  EpochId epoch;                 // of the group's keys
  std::uint32_t day = 0;         // counted from the epoch's own
  VerifyKey sender;              // of chain and message key
  std::uint32_t counter = 0;     // the same
  std::optional<NodeId> family;  // of what follows from a post secret: that

  /// Derivations that this value is the key of, or the secret part.
  struct Edge {
    NodeId to = 0;
    std::optional<NodeId> needs;  // what else has to be known
  };
  std::vector<Edge> edges;
  std::vector<NodeId> opens;  // ciphertexts, as the key or the seed of the key pair
  std::optional<NodeId> key;  // of a ciphertext
  std::vector<NodeId> holds;  // of a ciphertext: what its plaintext holds
};

class Derivations {
 public:
  static constexpr std::size_t value_bytes = 32;

  // ---- what happens; others than 32-byte values are passed over --------------------------------
  void drew(ByteView value);
  /// A value that is no key and is looked for all the same, by its first 32 bytes.
  std::optional<NodeId> mark(ByteView value);
  /// KDF(key, label, parts...).
  void derived(ByteView out, ByteView key, const std::string& label,
               const std::vector<Bytes>& parts);
  void made_pair(ByteView public_key, ByteView seed);
  void sealed(ByteView box, ByteView plaintext, ByteView public_key);
  void encrypted(ByteView ciphertext, ByteView plaintext, ByteView key);

  // ---- what is known ---------------------------------------------------------------------------
  std::size_t size() const { return nodes_.size(); }
  const Node& node(NodeId id) const { return nodes_[id]; }
  std::optional<NodeId> find(ByteView value) const;
  /// Whether this epoch needs a fresh secret beside the carry.
  bool has_fresh(const EpochId& epoch) const { return with_fresh_.contains(epoch); }
  /// Every value and every ciphertext that occurs in `bytes`, at any offset. What is written down
  /// later is not in it: nothing can be in a text that was there before.
  std::vector<NodeId> find_all(ByteView bytes) const;

 private:
  using Value = std::array<Byte, value_bytes>;
  struct Hash {
    std::size_t operator()(const Value& value) const;
  };

  NodeId take(ByteView value);
  void add_ciphertext(ByteView ciphertext, ByteView plaintext, std::optional<NodeId> key);
  /// What `label` makes of a value of this kind.
  static void name(Node& made, const Node& key, const std::string& label,
                   const std::vector<Bytes>& parts);
  static void name_in_channel(Node& made, const Node& key, const std::string& label,
                              const std::vector<Bytes>& parts);

  std::vector<Node> nodes_;
  std::set<EpochId> with_fresh_;
  std::unordered_map<Value, NodeId, Hash> ids_;
  std::unordered_map<Value, NodeId, Hash> seed_of_;  // by public key
  /// A bit for each of many hashes of a value's first bytes: most windows hold none.
  std::vector<bool> maybe_ = std::vector<bool>(std::size_t{1} << 22);
};

/// While it lives, what libsodium does in this process is written down there. One at a time.
class Recording {
 public:
  explicit Recording(Derivations& derivations);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  /// For random sources that are not libsodium's own.
  static void drew(ByteView value);
};

}  // namespace porchlight::sim
