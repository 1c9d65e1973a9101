// What a person must see until they have understood it.
// Must not know: where warnings come from.
#pragma once

#include "client/core/journal.hpp"

namespace porchlight::client {

class Warnings {
 public:
  using Kind = WarningView::Kind;

  explicit Warnings(Journal& journal) : journal_(journal) {}
  bool load(const Record& record);

  /// Tells and keeps it, unless the same is there already or there are more than can be read.
  void add(Kind kind, std::string text, TimePoint now);
  /// What was warned of is over.
  void remove(Kind kind);
  std::vector<WarningView> list() const;  // oldest first

 private:
  static Bytes key(Kind kind, const std::string& text);

  Journal& journal_;
  std::map<Bytes, WarningView> warnings_;
};

}  // namespace porchlight::client
