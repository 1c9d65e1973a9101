// rollcall call, answer, status, list: is everybody all right?
#include <algorithm>

#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/posting.hpp"
#include "client/cli/roll_calls.hpp"
#include "client/cli/show_roll_call.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/short_name.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

Error no_such_call(const std::string& typed) {
  return {Errc::not_found, say(tr("There is no one roll call {0} here: porchlight rollcall list "
                                  "shows those there are."),
                               one_line(typed))};
}

Result<FoundCall> find_call(const std::vector<FoundCall>& all, const std::string& typed) {
  std::vector<RollCallView> views;
  for (const FoundCall& found : all) views.push_back(found.call);
  const RollCallView* view = find_by_short_name(views, 'C', typed);
  if (view == nullptr) return no_such_call(typed);
  return all[static_cast<std::size_t>(view - views.data())];
}

/// The one that waits for this member's word: asked and not answered, or the only one there is.
Result<FoundCall> the_open_call(std::vector<FoundCall> all) {
  if (all.empty()) {
    return Error{Errc::not_found, tr("There is no roll call to answer. Nothing was sent.")};
  }
  if (all.size() > 1) {
    std::erase_if(all, [](const FoundCall& found) { return !asks_me(found); });
  }
  if (all.size() > 1) {
    std::erase_if(all, [](const FoundCall& found) { return found.call.my_answer() != nullptr; });
  }
  if (all.size() == 1) return std::move(all.front());
  return Error{Errc::usage, tr("It is not clear which roll call you answer: say its C-ID, as "
                               "porchlight rollcall list shows it. Nothing was sent.")};
}

// ---- call -----------------------------------------------------------------------------------

struct CallOptions {
  std::vector<std::string> words;
  std::vector<std::string> who;
  std::string deadline;
};

/// Which of the words is the group: the first of two, or the only one where a group is called so.
Result<GroupView> take_group(const Core& core, std::vector<std::string>& words) {
  const bool names_group = words.size() == 2 || (words.size() == 1 && core.group(words[0]).ok());
  if (!names_group) return pick_group(core, "");
  TRY(GroupView group, pick_group(core, words[0]));
  words.erase(words.begin());
  return group;
}

/// What it is going to be called.
std::string name_for(const Core& core, const GroupView& group, const MessageId& id, TimePoint now) {
  std::vector<MessageId> ids{id};
  for (const FoundCall& found : calls_in(core, group, now)) ids.push_back(found.call.id);
  return "C-" + short_name(id.view(), unique_length<MessageId>(ids));
}

Result<ExitCode> run_call(Context& context, CallOptions options) {
  TRY(const auto engine, context.open());
  // Who is in may have changed since, and it is the list of those who are missed later.
  TRY(const SyncReport report, context.sync(*engine));
  if (report.trouble) context.out().warn(report.trouble->what);
  Core& core = engine->core();
  TRY(const GroupView group, take_group(core, options.words));
  TRY(wire::Body body, call_body(group, options.who, options.words.empty() ? "" : options.words[0],
                                 options.deadline, context.now()));
  const auto people = static_cast<std::size_t>(body.roll_call().asked_size());
  const auto id = context.random().fixed<MessageId>();
  body.set_id(id.str());
  const std::string name = name_for(core, group, id, context.now());
  TRY(const ExitCode end, post_body(context, *engine, group, std::move(body), name));
  context.out().say(say(tr("{0} person is asked: porchlight rollcall status {1}",
                           "{0} people are asked: porchlight rollcall status {1}", people),
                        people, name));
  return end;
}

// ---- answer ---------------------------------------------------------------------------------

struct AnswerOptions {
  std::vector<std::string> words;
  std::string note;
};

Result<FoundCall> meant_call(const Core& core, const std::vector<std::string>& words,
                             TimePoint now) {
  std::vector<FoundCall> all = all_calls(core, now);
  return words.size() == 2 ? find_call(all, words[0]) : the_open_call(std::move(all));
}

Result<ExitCode> run_answer(Context& context, const AnswerOptions& options) {
  TRY(const auto kind, parse_roll_call_answer(options.words.back()));
  TRY(const auto engine, context.open());
  auto found = meant_call(engine->core(), options.words, context.now());
  if (!found.ok()) {
    // It may be at the relay and not yet here.
    TRY(const SyncReport report, context.sync(*engine));
    if (report.trouble) context.out().warn(report.trouble->what);
    found = meant_call(engine->core(), options.words, context.now());
  }
  if (!found.ok()) return std::move(found).error();
  return post_body(context, *engine, found->group, answer_body(found->call, kind, options.note),
                   found->call.short_id + "  " + answer_text(kind));
}

// ---- status and list ------------------------------------------------------------------------

struct StatusOptions {
  std::string id;
  bool missing = false;
};

void show_answers(Output& out, const std::vector<RollCallAnswerView>& answers, TimePoint now) {
  std::vector<std::vector<std::string>> rows;
  for (const RollCallAnswerView& answer : answers) {
    rows.push_back({"  " + answer_text(answer.kind), one_line(answer.name),
                    short_time(answer.sent, now), one_line(answer.note)});
  }
  out.table(rows);
}

void show_names(Output& out, const char* label, const std::vector<std::string>& names) {
  if (names.empty()) return;
  out.line(label);
  for (const std::string& name : names) out.line("  " + one_line(name));
}

void show_status(Output& out, const FoundCall& found, const RollCallCount& count, TimePoint now) {
  out.line(found.call.short_id + "  " + short_time(found.call.message.sent, now) + "  " +
           one_line(found.group.name) + "  " + one_line(found.call.message.sender_name) + "  " +
           roll_call_text(found.call.message, now));
  out.line(roll_call_standing(found.call, count));
  show_answers(out, count.answers, now);
  show_names(out, tr("Silent:"), count.silent);
  show_names(out, tr("Silent, and not in the group any more:"), count.left);
  if (count.left_unknown > 0) {
    out.line(
        say(tr("{0} more is silent, whose name is not known here any more.",
               "{0} more are silent, whose names are not known here any more.", count.left_unknown),
            count.left_unknown));
  }
  if (count.others.empty()) return;
  out.line(tr("Answered without being asked:"));
  show_answers(out, count.others, now);
}

Result<ExitCode> run_status(Context& context, const StatusOptions& options) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  const TimePoint now = context.now();
  const std::vector<FoundCall> all = all_calls(engine->core(), now);
  if (all.empty()) return Error{Errc::not_found, tr("There is no roll call here.")};
  FoundCall found = all.back();
  if (!options.id.empty()) {
    TRY(found, find_call(all, options.id));
  }
  const RollCallCount count = count_in(engine->core(), found);
  Output& out = context.out();
  if (out.json()) {
    out.record("roll_call", roll_call_json(found.call, count, found.group.name));
  } else if (options.missing) {
    for (const std::string& name : count.silent) out.line(one_line(name));
    if (count.silent.empty()) out.say(tr("Everybody who was asked has answered, or is gone."));
  } else {
    show_status(out, found, count, now);
  }
  return context.end_of_reading(report);
}

Result<ExitCode> run_list(Context& context) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  const TimePoint now = context.now();
  std::vector<std::vector<std::string>> rows;
  for (const FoundCall& found : all_calls(engine->core(), now)) {
    const RollCallCount count = count_in(engine->core(), found);
    if (context.out().json()) {
      context.out().record("roll_call", roll_call_json(found.call, count, found.group.name));
      continue;
    }
    const bool waits = asks_me(found) && found.call.my_answer() == nullptr;
    rows.push_back({found.call.short_id, short_time(found.call.message.sent, now),
                    one_line(found.group.name), one_line(found.call.message.sender_name),
                    roll_call_standing(found.call, count), waits ? tr("you have not answered") : "",
                    one_line(found.call.message.body.roll_call().text())});
  }
  context.out().table(rows);
  if (rows.empty() && !context.out().json()) context.out().say(tr("No roll calls."));
  return context.end_of_reading(report);
}

}  // namespace

Action define_rollcall_call(CLI::App& app) {
  auto options = std::make_shared<CallOptions>();
  app.add_option("words", options->words,
                 tr("The group (may be left out where there is only one), and what to say with it"))
      ->type_name(tr("[GROUP] [TEXT]"))
      ->expected(0, 2);
  app.add_option("--who", options->who,
                 tr("Only this member; may be given for several. Everybody but you otherwise"))
      ->type_name(tr("NAME"))
      ->allow_extra_args(false);
  app.add_option("--deadline", options->deadline, tr("By when an answer is wanted: 20m, or 14:30"))
      ->type_name(tr("TIME"));
  return [options](Context& context) { return run_call(context, *options); };
}

Action define_rollcall_answer(CLI::App& app) {
  auto options = std::make_shared<AnswerOptions>();
  app.add_option(
         "words", options->words,
         tr("Which one (may be left out where one waits for you), and ok, need-help or urgent"))
      ->type_name("[C-ID] ok|need-help|urgent")
      ->required()
      ->expected(1, 2);
  app.add_option("--note", options->note, tr("A few words more, for the whole group"));
  return [options](Context& context) { return run_answer(context, *options); };
}

Action define_rollcall_status(CLI::App& app) {
  auto options = std::make_shared<StatusOptions>();
  app.add_option("id", options->id, tr("As rollcall list shows it; the newest otherwise"))
      ->type_name(tr("C-ID"));
  app.add_flag("--missing", options->missing, tr("Only those who are silent, one name a line"));
  return [options](Context& context) { return run_status(context, *options); };
}

Action define_rollcall_list(CLI::App&) { return run_list; }

}  // namespace porchlight::client
