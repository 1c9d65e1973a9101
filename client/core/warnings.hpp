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

  /// Tells and keeps it, unless the same is there already. Where there are more of its kind than
  /// can be read, the oldest of them goes.
  void add(Kind kind, std::string text, TimePoint now);
  /// The same for what is true in one way at a time: others of its kind go.
  void replace(Kind kind, std::string text, TimePoint now);
  /// Exactly these of the kind, as add() has it; others of it go.
  void replace_all(Kind kind, const std::vector<std::string>& texts, TimePoint now);
  /// What was warned of is over.
  void remove(Kind kind);
  std::vector<WarningView> list() const;  // oldest first

 private:
  void make_room(Kind kind);
  static Bytes key(Kind kind, const std::string& text);

  Journal& journal_;
  std::map<Bytes, WarningView> warnings_;
};

}  // namespace porchlight::client
