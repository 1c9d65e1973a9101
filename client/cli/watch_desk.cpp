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
      {tr("Up, Down, k, j"), tr("select; PgUp, PgDn, Home, End go further")},
      {tr("Tab"),
       tr("go to the next kind: roll calls, alerts, requests, shifts, warnings, messages")},
      {tr("Enter"), tr("all about what is selected; Esc goes back")},
      {"1, 2, 3", tr("answer the roll call: 1 all right, 2 NEED HELP, 3 URGENT")},
      {"n", tr("new sighting: where, what")},
      {"c", tr("claim the sighting: you go and look; one that is OVERDUE you take over")},
      {"r", tr("release the sighting that you claimed, or give your place on the shift back")},
      {"f", tr("confirm the sighting, and what that rests on; let in who asks")},
      {"d", tr("dismiss the sighting: no enforcement, gone, unverifiable, duplicate; turn down "
               "who asks")},
      {"u", tr("take back your report, or what you said came of it")},
      {"x", tr("close the sighting, give the alert's all-clear or correct it, dismiss the "
               "warning")},
      {"b", tr("broadcast an alert to a channel")},
      {"t", tr("second call to those who have not answered the alert")},
      {"l", tr("call the roll: is everybody all right?")},
      {"i, o", tr("check in on your shift, check out of it; c claims a place on the one selected")},
      {"p", tr("post a text to the group")},
      {"w", tr("go to the warnings")},
      {tr("z, Esc"), tr("blank the screen at once; any other key brings it back")},
      {"?", tr("these keys")},
      {tr("q, Ctrl-C"), tr("quit; what is queued is kept, and the next command sends it")},
  };
}

// ---- what comes from the network ------------------------------------------------------------

bool WatchDesk::show(WatchFacts facts) {
  const std::string lost = claims_lost(facts_, facts);
  if (!lost.empty()) tell(lost, Tone::bad);
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
    case KeyKind::tab:
      return go_to_next_section();
    default:
      return;
  }
}

void WatchDesk::move(long by) {
  if (view_ != View::board || is_reading()) {
    scroll_ = static_cast<std::size_t>(std::max(static_cast<long>(scroll_) + by, 0L));
    return;
  }
  const auto order = model_.order();
  if (order.empty()) return;
  const auto at = selected_ ? std::find(order.begin(), order.end(), *selected_) : order.end();
  const long now = at == order.end() ? 0 : at - order.begin();
  const long last = static_cast<long>(order.size()) - 1;
  select(static_cast<std::size_t>(std::clamp(now + by, 0L, last)), order);
}

void WatchDesk::select(std::size_t position, const std::vector<ItemId>& order) {
  position_ = position;
  selected_ = order[position];
}

/// To the first of another kind below; after the last of them to the top.
void WatchDesk::go_to_next_section() {
  if (view_ != View::board || is_reading() || !selected_) return;
  const auto order = model_.order();
  std::size_t at = std::min(position_, order.size());
  while (at < order.size() && order[at].kind == selected_->kind) ++at;
  select(at < order.size() ? at : 0, order);
}

void WatchDesk::go_to_warnings() {
  view_ = View::board;
  const auto order = model_.order();
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order[i].kind != ItemId::Kind::warning) continue;
    return select(i, order);
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
      return begin(selects(ItemId::Kind::shift) ? Kind::take_place : Kind::claim);
    case 'r':
      return begin(selects(ItemId::Kind::shift) ? Kind::give_back : Kind::release);
    case 'f':
      return begin(selects(ItemId::Kind::request) ? Kind::let_in : Kind::confirm);
    case 'd':
      return begin(selects(ItemId::Kind::request) ? Kind::turn_down : Kind::dismiss);
    case 'u':
      return begin(Kind::take_back);
    case 'x':
      if (selects(ItemId::Kind::warning)) return begin(Kind::dismiss_warning);
      return begin(selects(ItemId::Kind::alert) ? Kind::clear : Kind::close);
    case '1':
      return begin(Kind::answer_ok);
    case '2':
      return begin(Kind::answer_need_help);
    case '3':
      return begin(Kind::answer_urgent);
    case 'l':
      return begin(Kind::call_roll);
    case 'i':
      return begin(Kind::check_in);
    case 'o':
      return begin(Kind::check_out);
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
  if (const Status aimed = aim(order, facts_); !aimed.ok()) {
    return tell(aimed.error().what, Tone::warning);
  }
  if (const WatchRow* row = order.about ? model_.find(*order.about) : nullptr) {
    order.name = row->name;
  }
  order_ = order;
  scroll_ = 0;
  form_.emplace(title_of(order, facts_), questions_of(order, facts_));
}

std::optional<WatchOrder> WatchDesk::on_form_key(const WatchKey& key) {
  if (is_reading()) on_movement(key);
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
  form_.emplace(title_of(order, facts_), question_first(*outcome->ask_first));
}

}  // namespace porchlight::client
