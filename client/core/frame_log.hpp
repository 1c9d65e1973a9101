// Which frames of a group were seen, sent, or are missing (clause 12.4), as long as the relay keeps
// them.
// Must not know: keys, bodies, warnings.
#pragma once

#include <tuple>

#include "client/core/frame.hpp"
#include "client/core/journal.hpp"
#include "client/core/messages.hpp"

namespace porchlight::client {

class FrameLog {
 public:
  /// A group's, in Table::groups, or a channel's, in Table::channels.
  FrameLog(Journal& journal, const GroupId& group, Table table = Table::groups)
      : journal_(journal), group_(group), table_(table) {}

  /// The values are kept: never renumber.
  enum class Standing : std::uint8_t {
    seen = 1,      // delivered and found genuine
    sent = 2,      // one's own, not yet delivered back
    expected = 3,  // somebody cites it, and it may still come
    missed = 4,    // it should have come
    passed = 5,    // by somebody who was taken out, after that
  };
  struct Entry {
    Standing standing = Standing::seen;
    std::uint32_t epoch = 0;
    std::uint32_t day = 0;
    std::uint64_t seq = 0;      // seen
    VerifyKey sender;           // seen and sent
    std::uint32_t counter = 0;  // seen and sent
    MessageId message;          // seen and sent
    std::uint32_t store = 0;    // of the relay, which seq is of
  };

  bool load(const FrameHash& hash, ByteView value);

  const Entry* find(const FrameHash& hash) const;
  void put(const FrameHash& hash, const Entry& entry);
  /// The frame that was accepted from this sender at this counter.
  std::optional<FrameHash> at(std::uint32_t epoch, std::uint32_t day, const VerifyKey& sender,
                              std::uint32_t counter) const;
  /// The newest frames seen, at most limits::cites_max.
  std::vector<Cite> newest() const;
  /// What is expected of one mailbox.
  std::vector<FrameHash> expected(std::uint32_t epoch, std::uint32_t day) const;
  /// Whether something of one mailbox is cited and has not come.
  bool lacks(std::uint32_t epoch, std::uint32_t day) const;
  /// What is expected of epochs after this one.
  std::vector<FrameHash> expected_beyond(std::uint32_t epoch) const;

  /// Forgets everything of days before `day`.
  void forget_before(std::uint32_t day);

 private:
  using Position = std::tuple<std::uint32_t, std::uint32_t, VerifyKey, std::uint32_t>;
  template <class Predicate>
  std::vector<FrameHash> expected_where(Predicate predicate) const;
  void index(const FrameHash& hash, const Entry& entry);
  Bytes key(const FrameHash& hash) const;

  Journal& journal_;
  GroupId group_;
  Table table_;
  std::map<FrameHash, Entry> entries_;
  std::map<Position, FrameHash> positions_;
  std::map<Order, FrameHash> seen_;
  std::size_t expected_ = 0;
  std::size_t passed_ = 0;
};

}  // namespace porchlight::client
