// alert list, show, status: what was alerted, and who answered what.
#include "client/cli/channels.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/show_channel.hpp"
#include "client/cli/time_text.hpp"

namespace porchlight::client {
namespace {

// ---- list -----------------------------------------------------------------------------------

/// The cells of a row; what nobody of the group stands for is toned in the last.
std::vector<std::string> row_of(const Output& out, const AlertView& alert, const ChannelEye& eye) {
  std::string place = one_line(eye.channel.name);
  std::string text = alert_text(alert, eye);
  if (eye.is_group()) {
    const bool alarming = is_alarming(alert.message.voice);
    place += (alarming ? "  " : " by ") + speaker(alert.message, eye);
    if (alarming) text = out.tinted(Output::Tone::warning, text);
  }
  return {alert.short_id, short_time(alert.message.sent, eye.now), place, standing_text(alert, eye),
          text};
}

Result<ExitCode> run_list(Context& context) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  std::vector<std::vector<std::string>> rows;
  for (const ChannelView& channel : engine->core().channels()) {
    const ChannelEye eye = look_at(engine->core(), channel, context.now());
    for (const AlertView& alert : eye.alerts.alerts) {
      if (context.out().json()) {
        context.out().record("alert", alert_json(alert, eye));
      } else {
        rows.push_back(row_of(context.out(), alert, eye));
      }
    }
  }
  context.out().table(rows);
  if (rows.empty() && !context.out().json()) context.out().say("No alerts.");
  return context.end_of_reading(report);
}

// ---- show -----------------------------------------------------------------------------------

void show_answers(Output& out, const AlertView& alert, const ChannelEye& eye) {
  for (const AnswerView& answer : alert.answers) {
    out.line("  " + short_time(answer.received, eye.now) + "  " +
             (answer.mine ? "you" : one_line(answer.name)) + ": " + one_line(answer.answer) +
             (answer.note.empty() ? "" : ", " + one_line(answer.note)) +
             (answer.standing == MessageView::Standing::queued ? " (queued here)" : ""));
  }
}

void show_how_to_answer(Output& out, const AlertView& alert) {
  if (!alert.asks_for_answers() || alert.is_over() || alert.my_answer()) return;
  std::string numbered;
  int number = 0;
  for (const std::string& answer : alert.message.body.alert().answers()) {
    numbered += (numbered.empty() ? "" : ", ") + std::to_string(++number) + " for \"" +
                one_line(answer) + "\"";
  }
  out.say("Answer  porchlight alert ack " + alert.short_id + " " + numbered);
}

/// A warning where nobody of the group stands for it.
std::string by_text(const Output& out, MessageView::Voice voice, const std::string& name) {
  if (voice == MessageView::Voice::unattributed) {
    return out.tinted(Output::Tone::warning, "NOT ATTRIBUTED: nobody of the group stands for it");
  }
  if (voice == MessageView::Voice::outsider) {
    return out.tinted(Output::Tone::warning,
                      "OUTSIDER: " + one_line(name) + " was out of the group when it was said");
  }
  return one_line(name);
}

void show(Output& out, const AlertView& alert, const ChannelEye& eye) {
  out.line(alert.short_id + "  " + standing_text(alert, eye));
  out.line("  alert      " + alert_text(alert, eye));
  for (const wire::Wording& wording : alert.message.body.alert().wordings()) {
    if (alert.message.body.alert().wordings_size() == 1) break;
    std::string language = wording.language().empty() ? "-" : one_line(wording.language());
    language.resize(std::max<std::size_t>(language.size(), 9), ' ');
    out.line("  " + language + "  " + one_line(wording.text()));
  }
  out.line("  channel    " + one_line(eye.channel.name));
  out.line("  sent       " + short_time(alert.message.sent, eye.now) +
           (alert.calls > 1 ? ", called out " + std::to_string(alert.calls) + " times" : ""));
  if (eye.is_group()) {
    out.line("  by         " + by_text(out, alert.message.voice, alert.message.sender_name));
  }
  if (alert.clear) {
    out.line(
        "  then       " + clear_text(*alert.clear, eye) +
        (eye.is_group() ? ", by " + by_text(out, clear_voice(alert, eye), alert.cleared_by) : ""));
  }
  show_answers(out, alert, eye);
  if (!eye.is_group()) show_how_to_answer(out, alert);
}

Result<ExitCode> run_show(Context& context, const std::string& id) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  TRY(const FoundAlert found, find_alert(engine->core(), id, context.now()));
  const ChannelEye eye = look_at(engine->core(), found.channel, context.now());
  if (context.out().json()) {
    context.out().record("alert", alert_json(found.alert, eye));
  } else {
    show(context.out(), found.alert, eye);
  }
  return context.end_of_reading(report);
}

// ---- status ---------------------------------------------------------------------------------

struct StatusOptions {
  std::string id;
  bool missing = false;
  bool names = false;
};

/// Who gave which answer: where they are few they are always named.
void show_names(Output& out, const AlertCount& count, bool all) {
  constexpr std::size_t few = 10;
  for (const AlertCount::Answer& answer : count.answers) {
    if (answer.names.empty() || (!all && answer.names.size() > few)) continue;
    std::string row = "  " + one_line(answer.answer) + ": ";
    for (const std::string& name : answer.names) {
      row += (&name == &answer.names.front() ? "" : ", ") + one_line(name);
    }
    out.line(row);
  }
}

void show_status(Output& out, const AlertView& alert, const AlertCount& count,
                 const StatusOptions& options) {
  std::string row = alert.short_id;
  for (const AlertCount::Answer& answer : count.answers) {
    row += "  " + one_line(answer.answer) + " " + std::to_string(answer.names.size()) + " ";
  }
  out.line(row + "  silent " + std::to_string(count.silent.size()));
  show_names(out, count, options.names);
  if (options.missing) {
    for (const std::string& name : count.silent) out.line(one_line(name));
  } else if (!count.silent.empty()) {
    out.say("Who is silent: --missing. To call them again: porchlight alert send --again " +
            alert.short_id);
  }
  if (count.others > 0) {
    out.say(counted(count.others, "more answer") +
            " came from who is not in the audience any more, or not listed yet.");
  }
}

Result<ExitCode> run_status(Context& context, const StatusOptions& options) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  TRY(const FoundAlert found, find_alert(engine->core(), options.id, context.now()));
  if (found.channel.side == ChannelView::Side::audience) {
    return Error{Errc::not_permitted, "Who answers " + found.alert.short_id +
                                          " is for the group behind \"" + found.channel.name +
                                          "\" alone; porchlight alert show has your own answer."};
  }
  if (!found.alert.asks_for_answers()) {
    return Error{Errc::usage, found.alert.short_id + " asks for no answer, so nobody is counted."};
  }
  TRY(const AlertCount count, count_in(engine->core(), found));
  const ChannelEye eye = look_at(engine->core(), found.channel, context.now());
  if (context.out().json()) {
    context.out().record(
        "alert_status",
        count_json(found.alert, count, eye, options.missing ? Missing::named : Missing::counted));
  } else {
    show_status(context.out(), found.alert, count, options);
  }
  if (found.channel.waits_for_list) {
    context.out().warn(
        "The list of the audience is on its way from a lead's device: more people "
        "may be silent than are shown.");
  }
  return context.end_of_reading(report);
}

}  // namespace

Action define_alert_list(CLI::App&) { return run_list; }

Action define_alert_show(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  app.add_option("id", *id, "As alert list shows it")->type_name("ID")->required();
  return [id](Context& context) { return run_show(context, *id); };
}

Action define_alert_status(CLI::App& app) {
  auto options = std::make_shared<StatusOptions>();
  app.add_option("id", options->id, "As alert list shows it")->type_name("ID")->required();
  app.add_flag("--missing", options->missing, "Also who is silent, one name a line");
  app.add_flag("--names", options->names,
               "Also who gave which answer, where more than ten gave the same");
  return [options](Context& context) { return run_status(context, *options); };
}

}  // namespace porchlight::client
