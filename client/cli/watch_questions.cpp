#include "client/cli/watch_orders.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using Kind = WatchOrder::Kind;
using Answers = std::vector<std::string>;
using Questions = std::vector<WatchQuestion>;

constexpr std::string_view choice_keys = "123456789abcdefghijklmnopqrstuvwxyz";

WatchQuestion field(std::string text, std::string given = "") {
  return {.text = std::move(text), .given = std::move(given)};
}
WatchQuestion needed(std::string text) { return {.text = std::move(text), .must_be_filled = true}; }
WatchQuestion choice(std::string text, std::vector<WatchQuestion::Choice> choices) {
  return {.text = std::move(text), .choices = std::move(choices)};
}
WatchQuestion settled(std::string answer) { return {.text = "", .settled = std::move(answer)}; }

/// One of several by its number; nothing to ask where there is one.
WatchQuestion which(std::string text, const std::vector<std::pair<std::string, GroupId>>& places) {
  if (places.size() == 1) return settled(places.front().second.str());
  WatchQuestion question = choice(std::move(text), {});
  for (std::size_t i = 0; i < places.size() && i < choice_keys.size(); ++i) {
    question.choices.push_back({choice_keys[i], one_line(places[i].first), places[i].second.str()});
  }
  return question;
}

WatchQuestion which_group(const WatchOrder& order, const WatchFacts& facts) {
  std::vector<std::pair<std::string, GroupId>> groups;
  for (const auto& group : facts.groups) {
    if (order.about && order.about->place == group.view.id) return settled(group.view.id.str());
    groups.emplace_back(group.view.name, group.view.id);
  }
  return which(tr("Which group?"), groups);
}

WatchQuestion which_channel(const WatchFacts& facts) {
  std::vector<std::pair<std::string, GroupId>> channels;
  for (const auto& channel : facts.channels) {
    if (!channel.eye.is_group()) continue;
    channels.emplace_back(channel.eye.channel.name, channel.eye.channel.id);
  }
  return which(tr("Which channel?"), channels);
}

WatchQuestion rests_on(const WatchOrder& order, const WatchModel& model) {
  const bool sighting = order.about && order.about->kind == ItemId::Kind::sighting;
  const WatchRow* const row = sighting ? model.find(*order.about) : nullptr;
  if (row == nullptr) return settled("");
  return choice(say(tr("Does it rest on {}?"), order.name),
                {{'y', tr("yes"), order.about->key}, {'n', tr("no"), ""}});
}

Questions dismissal(const Answers& answers) {
  Questions all{choice(tr("As what?"), {{'n', tr("not enforcement"), "not-enforcement"},
                                        {'g', tr("gone"), "gone"},
                                        {'u', tr("cannot be verified"), "unverifiable"},
                                        {'d', tr("duplicate"), "duplicate"}})};
  const bool duplicate = !answers.empty() && answers.front() == "duplicate";
  all.push_back(duplicate ? needed(tr("Of which sighting? (S-...)")) : settled(""));
  all.push_back(field(tr("What does that rest on? Enter: nothing said")));
  return all;
}

Questions broadcast(const WatchOrder& order, const WatchFacts& facts) {
  return {which_channel(facts), rests_on(order, make_watch_model(facts)),
          choice(tr("How urgent?"), {{'n', tr("now"), "now"},
                                     {'s', tr("soon"), "soon"},
                                     {'i', tr("information"), "information"}}),
          needed(tr("What do you tell them?")),
          field(tr("Which answers do you ask for? Empty: none"), "on my way,can't")};
}

Questions clearing() {
  return {choice(tr("Why?"), {{'l', tr("they have left"), "left"},
                              {'f', tr("a false alarm"), "false-alarm"},
                              {'e', tr("it is over"), "expired"}}),
          field(tr("What is to be said with it? Enter: nothing"))};
}

/// Those so far, and the one after `answers` at least.
Questions all_questions(const WatchOrder& order, const WatchFacts& facts, const Answers& answers) {
  switch (order.kind) {
    case Kind::claim:
      return {field(tr("There in how many minutes? Enter: no time said"))};
    case Kind::confirm:
      return {needed(tr("What does it rest on? (\"seen by me\")"))};
    case Kind::dismiss:
      return dismissal(answers);
    case Kind::close:
      return {field(tr("How did it end? Enter: nothing said"))};
    case Kind::report:
      return {which_group(order, facts), field(tr("Where? (a corner, in words)")),
              needed(tr("What do they do, and how many?"))};
    case Kind::post:
      return {which_group(order, facts), needed(tr("What do you say?"))};
    case Kind::broadcast:
      return broadcast(order, facts);
    case Kind::clear:
      return clearing();
    case Kind::call_again:
      return {choice(tr("Call those who are silent?"), {{'y', tr("yes"), "yes"}})};
    case Kind::dismiss_warning:
      return {};
  }
  return {};
}

bool has_own_channel(const WatchFacts& facts) {
  for (const auto& channel : facts.channels) {
    if (channel.eye.is_group()) return true;
  }
  return false;
}

Status wants(const WatchOrder& order, ItemId::Kind kind, const char* otherwise) {
  if (order.about && order.about->kind == kind) return Ok{};
  return Error{Errc::usage, otherwise};
}

}  // namespace

Status check_order(const WatchOrder& order, const WatchFacts& facts) {
  switch (order.kind) {
    case Kind::claim:
    case Kind::confirm:
    case Kind::dismiss:
    case Kind::close:
      return wants(order, ItemId::Kind::sighting,
                   tr("That is for a sighting: select one with the arrows first."));
    case Kind::clear:
    case Kind::call_again:
      return wants(order, ItemId::Kind::alert,
                   tr("That is for an alert: select one with the arrows first."));
    case Kind::dismiss_warning:
      return wants(order, ItemId::Kind::warning,
                   tr("That is for a warning: w goes to the warnings."));
    case Kind::report:
    case Kind::post:
      if (!facts.groups.empty()) return Ok{};
      return Error{Errc::not_permitted, tr("You are in no group yet.")};
    case Kind::broadcast:
      if (has_own_channel(facts)) return Ok{};
      return Error{Errc::not_permitted,
                   tr("No group of yours has a channel: porchlight channel create makes one.")};
  }
  return Ok{};
}

std::string title_of(const WatchOrder& order) {
  switch (order.kind) {
    case Kind::claim:
      return say(tr("Claim {}"), order.name);
    case Kind::confirm:
      return say(tr("Confirm {}"), order.name);
    case Kind::dismiss:
      return say(tr("Dismiss {}"), order.name);
    case Kind::close:
      return say(tr("Close {}"), order.name);
    case Kind::report:
      return tr("New sighting");
    case Kind::post:
      return tr("Post to the group");
    case Kind::broadcast:
      return tr("Broadcast to a channel's audience");
    case Kind::clear:
      return say(tr("All clear for {}"), order.name);
    case Kind::call_again:
      return say(tr("Second call of {}"), order.name);
    case Kind::dismiss_warning:
      return say(tr("Dismiss {}"), order.name);
  }
  return "";
}

WatchForm::Next questions_of(const WatchOrder& order, const WatchFacts& facts) {
  return [order, facts](const Answers& answers) -> std::optional<WatchQuestion> {
    Questions all = all_questions(order, facts, answers);
    if (answers.size() >= all.size()) return std::nullopt;
    return std::move(all[answers.size()]);
  };
}

WatchForm::Next question_first(std::string ask_first) {
  return [ask_first](const Answers& answers) -> std::optional<WatchQuestion> {
    if (!answers.empty()) return std::nullopt;
    return WatchQuestion{.text = ask_first, .must_be = "yes"};
  };
}

}  // namespace porchlight::client
