// What a person must see until they have understood it.
// Must not know: where warnings come from.
#pragma once

#include "client/core/journal.hpp"

namespace porchlight::client {

/// Each is about a group, or about none.
class Warnings {
 public:
  using Kind = WarningView::Kind;
  using About = std::optional<GroupId>;

  explicit Warnings(Journal& journal) : journal_(journal) {}
  bool load(const Record& record);

  /// Something has happened: tells and keeps it, unless the same is shown already. What was
  /// dismissed is shown again. Where there are more of its kind than can be read, the oldest goes.
  void add(Kind kind, std::string text, TimePoint now, const About& about = {});
  /// The same for what lasts, and is found again and again: what was dismissed stays so until it is
  /// over.
  void stands(Kind kind, std::string text, TimePoint now, const About& about = {});
  /// As stands(), for what is true in one way at a time: others of its kind go, and once one was
  /// dismissed, other words for it are not shown.
  void replace(Kind kind, std::string text, TimePoint now);
  /// Exactly these of the kind about that group, as stands() has it; others of it go.
  void replace_all(Kind kind, const GroupId& group, const std::vector<std::string>& texts,
                   TimePoint now);
  /// What was warned of is over: everywhere, in one group; and all that was about a group.
  void remove(Kind kind);
  void remove(Kind kind, const GroupId& group);
  void remove_about(const GroupId& group);

  /// A person has understood it: it is shown no more. `typed` begins its id; 'not_found' where
  /// none does, 'usage' where several do.
  Status dismiss(std::string_view typed);
  std::vector<WarningView> list() const;  // oldest first

 private:
  struct Entry {
    WarningView view;  // of one that was dismissed, without its text
    About about;
    bool dismissed = false;
  };
  using Entries = std::map<Digest, Entry>;

  template <class Predicate>
  void erase_if(Predicate predicate);
  void show(const Digest& place, Entry entry);
  void save(const Digest& place, const Entry& entry);
  void make_room(Kind kind);
  static Digest key(Kind kind, const std::string& text, const About& about);

  Journal& journal_;
  Entries entries_;
};

}  // namespace porchlight::client
