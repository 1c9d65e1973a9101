#include "client/cli/conduct.hpp"
#include "client/cli/show.hpp"
#include "client/cli/sighting_bodies.hpp"
#include "client/cli/watch_acts.hpp"
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
          field(tr("Which answers do you ask for? Empty: none"), tr("on my way,can't"))};
}

Questions clearing(const Answers& answers) {
  const bool corrects = !answers.empty() && answers.front() == "corrected";
  return {choice(tr("Why?"), {{'l', tr("they have left"), "left"},
                              {'f', tr("a false alarm"), "false-alarm"},
                              {'e', tr("it is over"), "expired"},
                              {'c', tr("it goes on, but something was wrong"), "corrected"}}),
          corrects ? needed(tr("What is right?"))
                   : field(tr("What is to be said with it? Enter: nothing"))};
}

/// The group's rules come first where this member has not accepted them; "n" ends it.
Questions claiming(const WatchOrder& order, const WatchFacts& facts, const Answers& answers) {
  const WatchFacts::Group* const group = group_of(order, facts);
  Questions all;
  if (group != nullptr && group->rules_to_accept) {
    const RulesView& rules = *group->rules_to_accept;
    all.push_back(choice(tr("Do you accept these rules?"),
                         {{'y', tr("yes"), rules.hash.str()}, {'n', tr("no"), ""}}));
    all.back().reading = rules_lines(group->view, rules, facts.now);
    if (!answers.empty() && answers.front().empty()) return all;
  } else {
    all.push_back(settled(""));
  }
  all.push_back(field(tr("There in how many minutes? Enter: no time said")));
  return all;
}

/// This member's report, or what it said of one: asked where both are there.
Questions taking_back(const WatchOrder& order, const WatchFacts& facts) {
  const WatchFacts::Group* const group = group_of(order, facts);
  const SightingView* const sighting = sighting_of(order, facts);
  if (group == nullptr || sighting == nullptr) return {settled("")};
  WatchQuestion question = choice(tr("What do you take back?"), {});
  if (sighting->report.mine) question.choices.push_back({'r', tr("your report"), "report"});
  if (own_outcome(group->messages, group->board, *sighting) != nullptr) {
    question.choices.push_back({'o', tr("what you said came of it"), "outcome"});
  }
  return {std::move(question)};
}

const RequestView* request_of(const WatchOrder& order, const WatchFacts& facts) {
  for (const RequestView& request : facts.requests) {
    if (order.about && request.id == order.about->key) return &request;
  }
  return nullptr;
}

Questions answering_request(const WatchOrder& order, const WatchFacts& facts) {
  const RequestView* const request = request_of(order, facts);
  if (request == nullptr) return {settled("")};
  const std::string name = one_line(request->name);
  if (order.kind == Kind::turn_down) {
    return {choice(say(tr("Turn {} down?"), name), {{'y', tr("yes"), "yes"}})};
  }
  return {choice(
      say(tr("Ask {0} for their words. Are they the same: {1}?"), name, words_text(request->words)),
      {{'y', tr("yes, let them in"), "yes"}})};
}

/// Those so far, and the one after `answers` at least.
Questions all_questions(const WatchOrder& order, const WatchFacts& facts, const Answers& answers) {
  switch (order.kind) {
    case Kind::claim:
      return claiming(order, facts, answers);
    case Kind::release:
      return {field(tr("What should the next one know? Enter: nothing said"))};
    case Kind::take_back:
      return taking_back(order, facts);
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
      return clearing(answers);
    case Kind::call_again:
      return {choice(tr("Call those who are silent?"), {{'y', tr("yes"), "yes"}})};
    case Kind::call_roll:
      return {which_group(order, facts), field(tr("What do you ask? Enter: whether all is well")),
              field(tr("By when? (20m, or 14:30) Enter: no time said"))};
    case Kind::give_back:
      return {choice(tr("Give your place back?"), {{'y', tr("yes"), "yes"}})};
    case Kind::let_in:
    case Kind::turn_down:
      return answering_request(order, facts);
    case Kind::answer_ok:
    case Kind::answer_need_help:
    case Kind::answer_urgent:
    case Kind::take_place:
    case Kind::check_in:
    case Kind::check_out:
    case Kind::dismiss_warning:
      return {};
  }
  return {};
}

}  // namespace

std::string title_of(const WatchOrder& order, const WatchFacts& facts) {
  const SightingView* const sighting = sighting_of(order, facts);
  switch (order.kind) {
    case Kind::claim:
      if (sighting != nullptr && sighting->claim && !sighting->claim->mine) {
        return say(tr("Take over {0} from {1}"), order.name,
                   one_line(sighting->claimed_by.value_or("")));
      }
      return say(tr("Claim {}"), order.name);
    case Kind::release:
      return say(tr("Release {}"), order.name);
    case Kind::take_back:
      return say(tr("Take back {}"), order.name);
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
      return say(tr("The end of {}"), order.name);
    case Kind::call_again:
      return say(tr("Second call of {}"), order.name);
    case Kind::call_roll:
      return tr("Roll call");
    case Kind::let_in:
      return say(tr("Let in {}"), order.name);
    case Kind::turn_down:
      return say(tr("Turn down {}"), order.name);
    default:
      return order.name;
  }
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
