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

std::string hint_of(const WatchDesk& desk, std::size_t columns) {
  if (desk.view() != WatchDesk::View::board) return tr("Up/Down scroll  Esc back  z blank");
  const std::string all =
      tr("Enter details  n new  c claim  f confirm  d dismiss  x close  b alert  ? help");
  return width_of(all) <= columns ? all : tr("n new  c claim  f confirm  ? help");
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
  choices += tr("   Esc nothing");
  for (std::string& line : wrap(choices, size.columns)) foot.push_back(plain(std::move(line)));
}

Lines foot_of(const WatchDesk& desk, WatchSize size, std::optional<std::size_t>& cursor) {
  Lines foot;
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

/// What each kind gets before any gets more.
std::size_t fair_share(ItemId::Kind kind) {
  switch (kind) {
    case ItemId::Kind::sighting:
      return 6;
    case ItemId::Kind::alert:
      return 4;
    case ItemId::Kind::request:
    case ItemId::Kind::warning:
    case ItemId::Kind::message:
      return 2;
  }
  return 0;
}

/// Lines for the rows of each section, without its title.
std::vector<std::size_t> budgets_of(const WatchModel& model, const std::optional<ItemId>& selected,
                                    std::size_t lines) {
  const auto& sections = model.sections;
  std::vector<std::size_t> budgets(sections.size(), 0);
  std::size_t left = lines - std::min(lines, sections.size());
  const auto grant = [&](std::size_t i, std::size_t up_to) {
    const std::size_t wanted = std::min(height_of(sections[i]), up_to);
    const std::size_t more = std::min(left, wanted - std::min(wanted, budgets[i]));
    budgets[i] += more;
    left -= more;
  };
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (selected && sections[i].kind == selected->kind) grant(i, 2);
  }
  for (std::size_t i = 0; i < sections.size(); ++i) grant(i, fair_share(sections[i].kind));
  for (std::size_t i = 0; i < sections.size(); ++i) grant(i, lines);
  return budgets;
}

Lines board_of(const WatchDesk& desk, WatchSize size) {
  Lines lines;
  const auto& sections = desk.model().sections;
  const auto budgets = budgets_of(desk.model(), desk.selected(), size.lines);
  std::size_t needed = sections.size();
  for (const std::size_t budget : budgets) needed += budget;
  const bool airy = needed + sections.size() <= size.lines;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (airy && i > 0) lines.push_back(plain(""));
    add_section(lines, sections[i], desk.selected(), budgets[i], size.columns);
  }
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
       {tr("! open or urgent   @ claimed   + confirmed   * live   ^ queued here   ? asks to join"),
        tr("^ means that it is kept on this device, and leaves as soon as the relay answers.")}) {
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
  if (desk.view() == WatchDesk::View::board) {
    body = board_of(desk, {size.columns, room});
  } else {
    const bool help = desk.view() == WatchDesk::View::help;
    body = help ? help_of(size.columns) : text_of(desk.details(), size.columns);
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
