// That this vault was put back from a backup, and on which days its other life may have sent what
// this one knows nothing of (clause 11.5).
// Must not know: groups, frames, tokens.
#pragma once

#include "client/core/journal.hpp"

namespace porchlight::client {

class Restored {
 public:
  explicit Restored(Journal& journal) : journal_(journal) {}
  static bool is_record(const Record& record);
  bool load(const Record& record);

  void begin();
  bool is_on() const { return on_; }
  bool is_settled() const { return last_day_.has_value(); }
  /// The relay's clock is known: the other life may have sent up to `last_day`. True the first
  /// time; later ones change nothing.
  bool settle(std::uint32_t last_day);
  /// Whether the other life may have sent on that day.
  bool covers(std::uint32_t day) const { return on_ && (!last_day_ || day <= *last_day_); }
  /// Every day it covers is over by `sure_day`: the mark goes. True where it went.
  bool end_by(std::uint32_t sure_day);

 private:
  void save();

  Journal& journal_;
  bool on_ = false;
  std::optional<std::uint32_t> last_day_;
};

}  // namespace porchlight::client
