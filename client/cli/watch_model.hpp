// The board to run a night from, as rows in sections: a pure function of what is there. A mark and
// a word say how each stands, colour only underlines them; everything that others wrote is safe to
// print. Must not know: the core, terminals, how wide anything is.
#pragma once

#include "client/cli/watch_facts.hpp"

namespace porchlight::client {

/// What a row is about: it stays the same from one look to the next.
struct ItemId {
  enum class Kind : std::uint8_t {
    sighting,
    roll_call,
    alert,
    request,
    shift,
    warning,
    message
  } kind;
  std::string key;  // a message's id, or the short one of a request or warning
  GroupId place;    // the group or channel; of no meaning for requests and warnings

  friend bool operator==(const ItemId&, const ItemId&) = default;
};

struct WatchRow {
  ItemId id;
  char mark = ' ';
  Output::Tone tone = Output::Tone::plain;
  std::string name = {};      // "S-4K7"
  std::string age = {};       // "12m"; of a shift when it starts, "14:30"
  std::string standing = {};  // "Ana, there in 5m"
  std::string text = {};
  /// How the answers are shared out, where answers are asked for: "on my way" 12.
  struct Share {
    std::string answer;
    std::size_t people;
  };
  std::vector<Share> shares = {};  // the last one is who says nothing
  std::string names = {};          // theirs, where there is room for them
};

struct WatchSection {
  ItemId::Kind kind;
  std::string title;
  std::string nothing;  // said where there are no rows; without it such a section is not shown
  std::vector<WatchRow> rows;
};

/// "relay ok since 13:40", and how it is said where there is little room.
struct WatchNote {
  Output::Tone tone = Output::Tone::plain;
  std::string text;
  std::string brief;
};

struct WatchModel {
  std::vector<WatchNote> header;
  std::vector<WatchSection> sections;
  /// That somebody waits for this member's word, and the keys that say it. Empty where nobody does.
  std::string calling = {};

  /// Null where there is no such row any more.
  const WatchRow* find(const ItemId& id) const;
  /// From the top to the bottom of all sections.
  std::vector<ItemId> order() const;
};

WatchModel make_watch_model(const WatchFacts& facts);

/// All about one of them, in lines of any length; none where it is there no more.
std::vector<std::string> details_of(const WatchFacts& facts, const ItemId& id);

/// What rings the bell when it is new: sightings, alerts and roll calls that others sent, who asks
/// to be let in, and everybody who needs help.
std::vector<ItemId> ringing(const WatchFacts& facts);

/// What is to be told of claims of this member's that stood `before` and that somebody else has
/// now: they were first, or took it over. Mostly empty.
std::string claims_lost(const WatchFacts& before, const WatchFacts& now);

/// "0m", "59m", "1h05", "3d"; nothing before `from`.
std::string age_text(TimePoint from, TimePoint now);

}  // namespace porchlight::client
