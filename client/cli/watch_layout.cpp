#include "client/cli/watch_layout.hpp"

#include <algorithm>

#include "client/cli/text_width.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using Lines = std::vector<WatchLine>;
using Tone = Output::Tone;
using Weight = WatchSpan::Weight;

WatchLine plain(std::string text, Tone tone = Tone::plain) { return {{{std::move(text), tone}}}; }
WatchLine strong(std::string text, Tone tone = Tone::plain) {
  return {{{std::move(text), tone, Weight::strong}}};
}

std::size_t columns_taken(const WatchLine& line) {
  std::size_t width = 0;
  for (const WatchSpan& span : line.spans) width += width_of(span.text);
  return width;
}

/// What stands beyond the edge goes; of a selected line the ground reaches to it.
void fit(WatchLine& line, std::size_t columns) {
  std::size_t left = columns;
  for (WatchSpan& span : line.spans) {
    span.text = cut_to(span.text, left);
    left -= width_of(span.text);
  }
  if (line.ground == WatchLine::Ground::selected) line.spans.push_back({std::string(left, ' ')});
}

// ---- header and foot ------------------------------------------------------------------------

WatchLine header_line(const WatchModel& model, std::string WatchNote::*form) {
  WatchLine line;
  for (const WatchNote& note : model.header) {
    if (!line.spans.empty()) line.spans.push_back({" | ", Tone::faint});
    line.spans.push_back({note.*form, note.tone, Weight::strong});
  }
  return line;
}

WatchLine header_of(const WatchDesk& desk, std::size_t columns) {
  WatchLine line = header_line(desk.model(), &WatchNote::text);
  return columns_taken(line) <= columns ? line : header_line(desk.model(), &WatchNote::brief);
}

/// The keys for what is selected: they fit 80 columns, also where words are longer than here.
std::string hint_of(const WatchDesk& desk, std::size_t columns) {
  if (desk.view() != WatchDesk::View::board) return tr("Up/Down scroll  Esc back  z blank");
  std::string all = tr("n new  b alert  l roll call  p post  Enter details  ? help");
  switch (desk.selected() ? desk.selected()->kind : ItemId::Kind::message) {
    case ItemId::Kind::sighting:
      all = tr("n new  c claim  r release  f confirm  d dismiss  x close  Tab next  ? help");
      break;
    case ItemId::Kind::roll_call:
      all = tr("1 all right  2 NEED HELP  3 URGENT  Enter who answered  ? help");
      break;
    case ItemId::Kind::alert:
      all = tr("x all clear  t call the silent  b new alert  Enter who answered  ? help");
      break;
    case ItemId::Kind::request:
      all = tr("f let in  d turn down  Enter all about it  ? help");
      break;
    case ItemId::Kind::shift:
      all = tr("i check in  o check out  c claim  r give back  Enter details  ? help");
      break;
    case ItemId::Kind::warning:
      all = tr("x dismiss, once understood  Enter all of it  ? help");
      break;
    case ItemId::Kind::message:
      break;
  }
  return width_of(all) <= columns ? all : tr("n new  Enter details  ? help");
}

/// The question, in as many lines as it takes, and the field below it.
void add_question(Lines& foot, const WatchForm& form, WatchSize size,
                  std::optional<std::size_t>& cursor) {
  const WatchQuestion& question = form.question();
  const std::string asked = say(tr("{0}: {1}"), form.title(), question.text);
  for (std::string& line : wrap(asked, size.columns)) foot.push_back(strong(std::move(line)));
  if (question.choices.empty()) {
    const std::string typed = tail_of(form.typed(), size.columns > 4 ? size.columns - 4 : 1);
    foot.push_back(plain("> " + typed));
    cursor = 2 + width_of(typed);
    return;
  }
  std::string choices;
  for (const auto& choice : question.choices) {
    choices += (choices.empty() ? "" : "   ") + say(tr("{0} {1}"), choice.key, choice.label);
  }
  choices +=
      question.reading.empty() ? tr("   Esc nothing") : tr("   PgUp, PgDn read   Esc nothing");
  for (std::string& line : wrap(choices, size.columns)) foot.push_back(plain(std::move(line)));
}

Lines foot_of(const WatchDesk& desk, WatchSize size, std::optional<std::size_t>& cursor) {
  Lines foot;
  const std::string& calling = desk.model().calling;
  if (!desk.form() && !calling.empty()) foot.push_back(strong(calling, Tone::warning));
  if (const WatchForm* form = desk.form()) {
    add_question(foot, *form, size, cursor);
  } else if (!desk.note().empty()) {
    for (std::string& line : wrap(desk.note(), size.columns)) {
      foot.push_back(strong(std::move(line), desk.note_tone()));
    }
  } else {
    foot.push_back(plain(hint_of(desk, size.columns), Tone::faint));
  }
  // The end of it matters most: there one types.
  const std::size_t most = size.lines > 2 ? size.lines - 2 : 1;
  if (foot.size() > most) foot.erase(foot.begin(), foot.end() - static_cast<long>(most));
  return foot;
}

// ---- rows -----------------------------------------------------------------------------------

struct Columns {
  std::size_t name;
  std::size_t standing;
};

Columns columns_for(const WatchSection& section, std::size_t columns) {
  Columns wanted{0, 0};
  for (const WatchRow& row : section.rows) {
    wanted.name = std::max(wanted.name, width_of(row.name));
    wanted.standing = std::max(wanted.standing, width_of(row.standing));
  }
  // The text gets at least half.
  wanted.name = std::min<std::size_t>(wanted.name, columns / 6);
  wanted.standing = std::min<std::size_t>(wanted.standing, columns >= 120 ? 40 : columns / 4 + 2);
  return wanted;
}

constexpr std::size_t age_columns = 5;

WatchLine line_of(const WatchRow& row, const Columns& columns, WatchLine::Ground ground) {
  const bool selected = ground == WatchLine::Ground::selected;
  WatchLine line{{}, ground};
  line.spans.push_back({selected ? "> " : "  ", Tone::plain, Weight::strong});
  line.spans.push_back({std::string(1, row.mark) + " " + fit_to(row.name, columns.name) + " ",
                        row.tone, Weight::strong});
  const std::size_t gap = age_columns - std::min(age_columns, width_of(row.age));
  line.spans.push_back({std::string(gap, ' ') + row.age + "  "});
  if (columns.standing > 0) {
    line.spans.push_back({fit_to(row.standing, columns.standing) + "  ", row.tone});
  }
  line.spans.push_back({row.text});
  return line;
}

/// "[#######.....] on my way 12   can't 3   silent 5": as much of the bar as have answered.
WatchLine bar_of(const WatchRow& row, std::size_t columns) {
  std::size_t people = 0;
  std::size_t silent = 0;
  std::string counts;
  for (const WatchRow::Share& share : row.shares) {
    people += share.people;
    silent = share.people;  // the last of them
    counts += "   " + say(tr("{0} {1}"), share.answer, share.people);
  }
  const std::size_t length = std::clamp<std::size_t>(columns / 5, 5, 30);
  std::size_t filled = people == 0 ? 0 : (people - silent) * length / people;
  if (people > silent) filled = std::max<std::size_t>(filled, 1);
  if (!row.names.empty()) counts = say(tr("{0}: {1}"), counts, row.names);
  return plain("      [" + std::string(filled, '#') + std::string(length - filled, '.') + "]" +
               counts);
}

std::size_t height_of(const WatchRow& row) { return row.shares.empty() ? 1 : 2; }

std::size_t height_of(const WatchSection& section) {
  std::size_t lines = section.rows.empty() ? 1 : 0;  // for what is said instead
  for (const WatchRow& row : section.rows) lines += height_of(row);
  return lines;
}

/// The rows that are shown of a section in `lines`: around what is selected.
std::pair<std::size_t, std::size_t> window_of(const WatchSection& section,
                                              const std::optional<ItemId>& selected,
                                              std::size_t lines) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < section.rows.size(); ++i) {
    if (selected && section.rows[i].id == *selected) at = i;
  }
  std::size_t first = at;
  std::size_t end = at;
  std::size_t left = lines;
  const auto take = [&](std::size_t row) {
    const std::size_t height = height_of(section.rows[row]);
    if (height > left) return false;
    left -= height;
    return true;
  };
  while (end < section.rows.size() && end < at + lines / 2 + 1 && take(end)) ++end;
  while (first > 0 && take(first - 1)) --first;
  while (end < section.rows.size() && take(end)) ++end;
  return {first, end};
}

void add_section(Lines& lines, const WatchSection& section, const std::optional<ItemId>& selected,
                 std::size_t budget, std::size_t columns) {
  const auto [first, end] = window_of(section, selected, budget);
  std::string title = section.title;
  if (end - first < section.rows.size()) {
    title +=
        end == first ? "" : say(tr("   rows {0}-{1} of {2}"), first + 1, end, section.rows.size());
  }
  lines.push_back(strong(title));
  if (section.rows.empty() && budget > 0) lines.push_back(plain("  " + section.nothing));
  const Columns widths = columns_for(section, columns);
  for (std::size_t i = first; i < end; ++i) {
    const WatchRow& row = section.rows[i];
    const bool here = selected && row.id == *selected;
    lines.push_back(
        line_of(row, widths, here ? WatchLine::Ground::selected : WatchLine::Ground::plain));
    if (!row.shares.empty()) lines.push_back(bar_of(row, columns));
  }
}

// ---- how the lines are shared out -----------------------------------------------------------

/// What each kind gets before any gets more: with a title each, and all of them there, they fit a
/// screen of 24 lines.
std::size_t fair_share(ItemId::Kind kind) {
  switch (kind) {
    case ItemId::Kind::sighting:
      return 6;
    case ItemId::Kind::roll_call:
    case ItemId::Kind::alert:
      return 2;
    case ItemId::Kind::request:
    case ItemId::Kind::shift:
    case ItemId::Kind::warning:
    case ItemId::Kind::message:
      return 1;
  }
  return 0;
}

/// The fewest lines in which a row of it can be shown.
std::size_t least_height(const WatchSection& section) {
  return section.rows.empty() ? 1 : height_of(section.rows.front());
}

/// Shares out the lines of a screen: sightings come first, and what is selected is seen.
class LineBudget {
 public:
  LineBudget(const WatchModel& model, const std::optional<ItemId>& selected, std::size_t lines)
      : sections_(model.sections), rows_(sections_.size()), left_(lines) {
    std::size_t wanted = 0;
    for (const WatchSection& section : sections_) {
      wanted += 1 + std::max(least_height(section),
                             std::min(height_of(section), fair_share(section.kind)));
    }
    // Where not all have room, a line says what else there is.
    if (wanted > left_ && left_ > 2) --left_;
    for (std::size_t i = 0; i < sections_.size(); ++i) {
      if (selected && sections_[i].kind == selected->kind) open(i, 2);
    }
    for (std::size_t i = 0; i < sections_.size(); ++i) open(i, fair_share(sections_[i].kind));
    for (std::size_t i = 0; i < sections_.size(); ++i) {
      if (rows_[i]) grant(i, lines);
    }
  }

  /// Lines for the rows of a section, without its title; none where it has no room.
  const std::optional<std::size_t>& rows(std::size_t section) const { return rows_[section]; }
  std::size_t left() const { return left_; }

 private:
  void open(std::size_t i, std::size_t share) {
    if (!rows_[i]) {
      if (left_ < 1 + least_height(sections_[i])) return;
      --left_;
      rows_[i] = 0;
    }
    grant(i, std::max(share, least_height(sections_[i])));
  }
  void grant(std::size_t i, std::size_t up_to) {
    const std::size_t wanted = std::min(height_of(sections_[i]), up_to);
    const std::size_t more = std::min(left_, wanted - std::min(wanted, *rows_[i]));
    *rows_[i] += more;
    left_ -= more;
  }

  const std::vector<WatchSection>& sections_;
  std::vector<std::optional<std::size_t>> rows_;
  std::size_t left_;
};

Lines board_of(const WatchDesk& desk, WatchSize size) {
  Lines lines;
  const auto& sections = desk.model().sections;
  const LineBudget budget(desk.model(), desk.selected(), size.lines);
  const bool airy = budget.left() >= sections.size();
  WatchLine others;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (!budget.rows(i)) {
      others.spans.push_back({others.spans.empty() ? "" : " | ", Tone::faint});
      others.spans.push_back({sections[i].title});
      continue;
    }
    if (airy && i > 0) lines.push_back(plain(""));
    add_section(lines, sections[i], desk.selected(), *budget.rows(i), size.columns);
  }
  if (!others.spans.empty()) lines.push_back(std::move(others));
  return lines;
}

// ---- what else fills the screen -------------------------------------------------------------

Lines text_of(const std::vector<std::string>& texts, std::size_t columns) {
  Lines lines;
  for (const std::string& text : texts) {
    for (std::string& line : wrap(text, columns)) lines.push_back(plain(std::move(line)));
  }
  return lines;
}

Lines help_of(std::size_t columns) {
  Lines lines;
  for (const WatchKeyHelp& key : watch_keys()) {
    const std::size_t indent = 16;
    const std::size_t room = columns > 2 * indent ? columns - indent : indent;
    std::string label = fit_to(key.key, indent);
    for (std::string& part : wrap(key.what, room)) {
      lines.push_back(
          {{{std::exchange(label, std::string(indent, ' ')), Tone::plain, Weight::strong},
            {std::move(part)}}});
    }
  }
  lines.push_back(plain(""));
  for (const char* text :
       {tr("! open, overdue, urgent or missed   @ claimed   + confirmed, or there   - dismissed   "
           "* live   ? asks to join"),
        tr("^ queued means that it is kept on this device, and leaves as soon as the relay "
           "answers.")}) {
    for (std::string& line : wrap(text, columns)) lines.push_back(plain(std::move(line)));
  }
  return lines;
}

}  // namespace

WatchPicture lay_out(const WatchDesk& desk, WatchSize size) {
  WatchPicture picture;
  if (desk.view() == WatchDesk::View::blank) return picture;
  size.columns = std::max<std::size_t>(size.columns, 2);
  Lines foot = foot_of(desk, size, picture.cursor_column);
  const std::size_t around = 1 + foot.size();
  const std::size_t room = size.lines - std::min(size.lines, around);
  Lines body;
  if (desk.view() == WatchDesk::View::board && !desk.is_reading()) {
    body = board_of(desk, {size.columns, room});
  } else {
    const bool help = desk.view() == WatchDesk::View::help;
    body = desk.is_reading() ? text_of(desk.form()->question().reading, size.columns)
           : help            ? help_of(size.columns)
                             : text_of(desk.details(), size.columns);
    picture.scroll_most = body.size() - std::min(body.size(), room);
    body.erase(body.begin(),
               body.begin() + static_cast<long>(std::min(desk.scroll(), picture.scroll_most)));
  }
  body.resize(room);
  picture.lines.push_back(header_of(desk, size.columns));
  std::move(body.begin(), body.end(), std::back_inserter(picture.lines));
  std::move(foot.begin(), foot.end(), std::back_inserter(picture.lines));
  if (picture.lines.size() > size.lines) {
    picture.lines.erase(picture.lines.begin(), picture.lines.end() - static_cast<long>(size.lines));
  }
  for (WatchLine& line : picture.lines) fit(line, size.columns);
  return picture;
}

}  // namespace porchlight::client
