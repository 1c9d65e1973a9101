#include "client/cli/watch_desk.hpp"

#include <algorithm>

#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using Tone = Output::Tone;
using KeyKind = WatchKey::Kind;

constexpr long page_rows = 10;

}  // namespace

std::vector<WatchKeyHelp> watch_keys() {
  return {
      {"Up, Down, k, j", tr("select; PgUp, PgDn, Home, End go further")},
      {"Enter", tr("all about what is selected; Esc goes back")},
      {"n", tr("new sighting: where, what")},
      {"c", tr("claim the sighting: you go and look")},
      {"f", tr("confirm it, and what that rests on")},
      {"d", tr("dismiss it: no enforcement, gone, unverifiable, duplicate")},
      {"x", tr("close the sighting, give the alert's all-clear, dismiss the warning")},
      {"b", tr("broadcast an alert to a channel")},
      {"t", tr("second call to those who have not answered the alert")},
      {"p", tr("post a text to the group")},
      {"w", tr("go to the warnings")},
      {"z, Esc", tr("blank the screen at once; any other key brings it back")},
      {"?", tr("these keys")},
      {"q, Ctrl-C", tr("quit; what is queued is kept, and the next command sends it")},
  };
}

// ---- what comes from the network ------------------------------------------------------------

bool WatchDesk::show(WatchFacts facts) {
  facts_ = std::move(facts);
  rebuild();
  const bool first = !known_;
  if (first) known_.emplace();
  bool rings = false;
  for (const ItemId& id : ringing(facts_)) rings |= known_->insert(id.key).second;
  return rings && !first;
}

void WatchDesk::rebuild() {
  model_ = make_watch_model(facts_);
  const auto order = model_.order();
  const auto at = selected_ ? std::find(order.begin(), order.end(), *selected_) : order.end();
  if (at != order.end()) position_ = static_cast<std::size_t>(at - order.begin());
  if (view_ == View::details) {
    // What is read stays, also when it has left the board; the cursor waits.
    auto lines = selected_ ? details_of(facts_, *selected_) : std::vector<std::string>{};
    if (!lines.empty()) details_ = std::move(lines);
    return;
  }
  if (at != order.end()) return;
  selected_.reset();
  if (!order.empty()) selected_ = order[std::min(position_, order.size() - 1)];
}

void WatchDesk::tell(std::string note, Tone tone) {
  note_ = std::move(note);
  note_tone_ = tone;
}

// ---- what comes from the keyboard -----------------------------------------------------------

std::optional<WatchOrder> WatchDesk::on_key(const WatchKey& key) {
  const bool hides = key.kind == KeyKind::escape || key.text == "z";
  if (view_ == View::blank) {
    // Whoever hides the screen in a hurry presses more often than once.
    if (!hides) view_ = View::board;
    return std::nullopt;
  }
  if (form_) return on_form_key(key);
  note_.clear();
  if (key.kind == KeyKind::escape) {
    on_escape();
  } else if (key.kind == KeyKind::enter) {
    if (view_ == View::board && selected_) {
      view_ = View::details;
      scroll_ = 0;
      details_ = details_of(facts_, *selected_);
    } else {
      on_escape();
    }
  } else if (key.kind != KeyKind::character) {
    on_movement(key);
  } else if (key.text.size() == 1) {
    on_command(key.text[0]);
  }
  return form_ && form_->state() == WatchForm::State::complete ? complete() : std::nullopt;
}

void WatchDesk::on_escape() {
  view_ = view_ == View::board ? View::blank : View::board;
  if (view_ == View::board) rebuild();
}

void WatchDesk::on_movement(const WatchKey& key) {
  constexpr long all = 1'000'000;
  switch (key.kind) {
    case KeyKind::up:
      return move(-1);
    case KeyKind::down:
      return move(1);
    case KeyKind::page_up:
      return move(-page_rows);
    case KeyKind::page_down:
      return move(page_rows);
    case KeyKind::home:
      return move(-all);
    case KeyKind::end:
      return move(all);
    default:
      return;
  }
}

void WatchDesk::move(long by) {
  if (view_ != View::board) {
    scroll_ = static_cast<std::size_t>(std::max(static_cast<long>(scroll_) + by, 0L));
    return;
  }
  const auto order = model_.order();
  if (order.empty()) return;
  const auto at = selected_ ? std::find(order.begin(), order.end(), *selected_) : order.end();
  const long now = at == order.end() ? 0 : at - order.begin();
  const long last = static_cast<long>(order.size()) - 1;
  position_ = static_cast<std::size_t>(std::clamp(now + by, 0L, last));
  selected_ = order[position_];
}

void WatchDesk::go_to_warnings() {
  view_ = View::board;
  const auto order = model_.order();
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order[i].kind != ItemId::Kind::warning) continue;
    selected_ = order[i];
    position_ = i;
    return;
  }
  tell(tr("There are no warnings."), Tone::plain);
}

void WatchDesk::on_command(char key) {
  using Kind = WatchOrder::Kind;
  const auto selects = [&](ItemId::Kind kind) { return selected_ && selected_->kind == kind; };
  switch (key) {
    case 'k':
      return move(-1);
    case 'j':
      return move(1);
    case 'c':
      return begin(Kind::claim);
    case 'f':
      return begin(Kind::confirm);
    case 'd':
      return begin(Kind::dismiss);
    case 'x':
      if (selects(ItemId::Kind::warning)) return begin(Kind::dismiss_warning);
      return begin(selects(ItemId::Kind::alert) ? Kind::clear : Kind::close);
    case 'n':
      return begin(Kind::report);
    case 'p':
      return begin(Kind::post);
    case 'b':
      return begin(Kind::broadcast);
    case 't':
      return begin(Kind::call_again);
    case 'w':
      return go_to_warnings();
    case 'z':
      view_ = View::blank;
      return;
    case '?':
      view_ = view_ == View::help ? View::board : View::help;
      scroll_ = 0;
      return;
    case 'q':
      quits_ = true;
      return;
    default:
      tell(tr("That key does nothing here: ? shows those that do."), Tone::plain);
  }
}

void WatchDesk::begin(WatchOrder::Kind kind) {
  WatchOrder order{kind, selected_};
  if (const WatchRow* row = selected_ ? model_.find(*selected_) : nullptr) order.name = row->name;
  if (const Status fits = check_order(order, facts_); !fits.ok()) {
    return tell(fits.error().what, Tone::warning);
  }
  order_ = order;
  form_.emplace(title_of(order), questions_of(order, facts_));
}

std::optional<WatchOrder> WatchDesk::on_form_key(const WatchKey& key) {
  const auto state = form_->on_key(key);
  if (state == WatchForm::State::left) {
    form_.reset();
    tell(tr("Nothing was sent."), Tone::plain);
  }
  return state == WatchForm::State::complete ? complete() : std::nullopt;
}

std::optional<WatchOrder> WatchDesk::complete() {
  // Answers to the question whether one is sure are none of the order's own.
  if (order_->sure == WatchOrder::Sure::no) order_->answers = form_->answers();
  form_.reset();
  return std::exchange(order_, std::nullopt);
}

void WatchDesk::on_outcome(const WatchOrder& order, const Result<WatchOutcome>& outcome) {
  if (!outcome.ok()) return tell(outcome.error().what, Tone::bad);
  if (!outcome->ask_first) return tell(outcome->said, Tone::good);
  order_ = order;
  order_->sure = WatchOrder::Sure::yes;
  form_.emplace(title_of(order), question_first(*outcome->ask_first));
}

}  // namespace porchlight::client
