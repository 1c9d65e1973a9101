// alert list, show, status: what was alerted, and who answered what.
#include "client/cli/channels.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/show_channel.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

// ---- list -----------------------------------------------------------------------------------

/// The cells of a row; what nobody of the group stands for is toned in the last.
std::vector<std::string> row_of(const Output& out, const AlertView& alert, const ChannelEye& eye) {
  std::string place = one_line(eye.channel.name);
  std::string text = alert_text(alert, eye);
  if (eye.is_group()) {
    const bool alarming = is_alarming(alert.message.voice);
    const std::string by = speaker(alert.message, eye);
    place = alarming ? place + "  " + by : say(tr("{0} by {1}"), place, by);
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
  if (rows.empty() && !context.out().json()) context.out().say(tr("No alerts."));
  return context.end_of_reading(report);
}

// ---- show -----------------------------------------------------------------------------------

void show_answers(Output& out, const AlertView& alert, const ChannelEye& eye) {
  for (const AnswerView& answer : alert.answers) {
    std::string row = "  " + short_time(answer.received, eye.now) + "  " +
                      (answer.mine ? tr("you") : one_line(answer.name)) + ": " +
                      one_line(answer.answer);
    if (!answer.note.empty()) row += ", " + one_line(answer.note);
    const bool queued = answer.standing == MessageView::Standing::queued;
    out.line(queued ? say(tr("{} (queued here)"), row) : row);
  }
}

void show_how_to_answer(Output& out, const AlertView& alert) {
  if (!alert.asks_for_answers() || alert.is_over() || alert.my_answer()) return;
  std::string numbered;
  int number = 0;
  for (const std::string& answer : alert.message.body.alert().answers()) {
    numbered +=
        (numbered.empty() ? "" : ", ") + say(tr("{0} for \"{1}\""), ++number, one_line(answer));
  }
  out.say(say(tr("Answer  porchlight alert ack {0} {1}"), alert.short_id, numbered));
}

/// A warning where nobody of the group stands for it.
std::string by_text(const Output& out, MessageView::Voice voice, const std::string& name) {
  if (voice == MessageView::Voice::unattributed) {
    return out.tinted(Output::Tone::warning,
                      tr("NOT ATTRIBUTED: nobody of the group stands for it"));
  }
  if (voice == MessageView::Voice::outsider) {
    return out.tinted(
        Output::Tone::warning,
        say(tr("OUTSIDER: {} was out of the group when it was said"), one_line(name)));
  }
  return one_line(name);
}

void show(Output& out, const AlertView& alert, const ChannelEye& eye) {
  out.line(alert.short_id + "  " + standing_text(alert, eye));
  LabelledRows rows;
  rows.push_back({tr("alert"), alert_text(alert, eye)});
  for (const wire::Wording& wording : alert.message.body.alert().wordings()) {
    if (alert.message.body.alert().wordings_size() == 1) break;
    rows.push_back({wording.language().empty() ? "-" : one_line(wording.language()),
                    one_line(wording.text())});
  }
  rows.push_back({tr("channel"), one_line(eye.channel.name)});
  const std::string sent = short_time(alert.message.sent, eye.now);
  rows.push_back({tr("sent"), alert.calls > 1 ? say(tr("{0}, called out {1} time",
                                                       "{0}, called out {1} times", alert.calls),
                                                    sent, alert.calls)
                                              : sent});
  if (eye.is_group()) {
    rows.push_back({tr("by"), by_text(out, alert.message.voice, alert.message.sender_name)});
  }
  if (alert.clear) {
    const std::string text = clear_text(*alert.clear, eye);
    rows.push_back({tr("then"), eye.is_group()
                                    ? say(tr("{0}, by {1}"), text,
                                          by_text(out, clear_voice(alert, eye), alert.cleared_by))
                                    : text});
  }
  out.labelled(rows);
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
  out.line(say(tr("{0}  silent {1}"), row, count.silent.size()));
  show_names(out, count, options.names);
  if (options.missing) {
    for (const std::string& name : count.silent) out.line(one_line(name));
  } else if (!count.silent.empty()) {
    out.say(
        say(tr("Who is silent: --missing. To call them again: porchlight alert send --again {}"),
            alert.short_id));
  }
  if (count.others > 0) {
    out.say(
        say(tr("{} more answer came from who is not in the audience any more, or not listed yet.",
               "{} more answers came from who is not in the audience any more, or not listed yet.",
               count.others),
            count.others));
  }
}

Result<ExitCode> run_status(Context& context, const StatusOptions& options) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  TRY(const FoundAlert found, find_alert(engine->core(), options.id, context.now()));
  if (found.channel.side == ChannelView::Side::audience) {
    return Error{Errc::not_permitted, say(tr("Who answers {0} is for the group behind \"{1}\" "
                                             "alone; porchlight alert show has your own answer."),
                                          found.alert.short_id, found.channel.name)};
  }
  if (!found.alert.asks_for_answers()) {
    return Error{Errc::usage,
                 say(tr("{} asks for no answer, so nobody is counted."), found.alert.short_id)};
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
        tr("The list of the audience is on its way from a lead's device: more people "
           "may be silent than are shown."));
  }
  return context.end_of_reading(report);
}

}  // namespace

Action define_alert_list(CLI::App&) { return run_list; }

Action define_alert_show(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  app.add_option("id", *id, tr("As alert list shows it"))->type_name(tr("ID"))->required();
  return [id](Context& context) { return run_show(context, *id); };
}

Action define_alert_status(CLI::App& app) {
  auto options = std::make_shared<StatusOptions>();
  app.add_option("id", options->id, tr("As alert list shows it"))->type_name(tr("ID"))->required();
  app.add_flag("--missing", options->missing, tr("Also who is silent, one name a line"));
  app.add_flag("--names", options->names,
               tr("Also who gave which answer, where more than ten gave the same"));
  return [options](Context& context) { return run_status(context, *options); };
}

}  // namespace porchlight::client
