// Photos of this member's that are not whole at the relay (clause 15.8): sealed already, chunk by
// chunk, until all of one are stored.
// Must not know: what they show, when they may leave.
#pragma once

#include <map>
#include <set>

#include "client/core/attachment.hpp"
#include "client/core/journal.hpp"

namespace porchlight::client {

struct Upload {
  GroupId group;
  wire::Body body;  // an attachment's, complete: to be said in the end
  SigningSeed drop;
  std::vector<Bytes> chunks;  // envelopes
  std::set<std::uint32_t> stored;

  wire::MailboxAddress address() const;
};

class Uploads {
 public:
  explicit Uploads(Journal& journal) : journal_(journal) {}
  bool load(const Record& record);
  /// After load(): no chunk is missing.
  bool is_whole() const;

  void add(Upload upload);
  /// By number: the order in which they leave. Valid until they change.
  const std::map<std::uint64_t, Upload>& all() const { return uploads_; }
  /// The first chunks that are not stored yet, at most so many.
  std::vector<OutboxItem> items(std::uint64_t number, std::size_t count_max) const;

  /// Whether an id of an OutboxItem is one of these.
  static bool is_chunk(OutboxId id);
  /// The number of the upload that is whole by that; none where one is not, or is not here.
  std::optional<std::uint64_t> on_dropped(OutboxId id);
  /// The relay has another store, which may hold nothing of them.
  void begin_again();
  /// Null where no mailbox of this address is dropped to.
  const SigningSeed* drop_seed(const wire::MailboxAddress& address) const;
  void erase(std::uint64_t number);

  template <class Predicate>
  void erase_if(Predicate predicate) {
    std::vector<std::uint64_t> gone;
    for (const auto& [number, upload] : uploads_) {
      if (predicate(upload)) gone.push_back(number);
    }
    for (const std::uint64_t number : gone) erase(number);
  }

 private:
  void save(std::uint64_t number, const Upload& upload);

  Journal& journal_;
  std::map<std::uint64_t, Upload> uploads_;
};

}  // namespace porchlight::client
