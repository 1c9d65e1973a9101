// alert ack: what somebody of the audience answers. alert clear: the end of it, for the group.
#include "client/cli/alert_order.hpp"
#include "client/cli/channels.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/posting.hpp"
#include "client/cli/show_channel.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

// ---- ack ------------------------------------------------------------------------------------

struct AckOptions {
  std::string id;
  std::string answer;
  std::string note;
};

bool is_same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

/// One of the alert's answers, by its text or by its place: 1 is the first.
Result<std::string> pick_answer(const AlertView& view, const std::string& typed) {
  const auto& answers = view.message.body.alert().answers();
  for (const std::string& answer : answers) {
    if (is_same(answer, typed)) return answer;
  }
  for (int i = 0; i < answers.size(); ++i) {
    if (typed == std::to_string(i + 1)) return answers[i];
  }
  std::string there;
  for (int i = 0; i < answers.size(); ++i) {
    there += (there.empty() ? "" : ", ") + std::to_string(i + 1) + " \"" + answers[i] + "\"";
  }
  return Error{Errc::usage,
               say(tr("{0} can be answered with {1}, not with \"{2}\". Nothing was sent."),
                   view.short_id, there, typed)};
}

Status check_answerable(const FoundAlert& found) {
  const std::string& name = found.alert.short_id;
  if (found.channel.side == ChannelView::Side::group) {
    return Error{Errc::not_permitted,
                 say(tr("{0} asks the audience of \"{1}\", and you are of the group that asks. "
                        "Nothing was sent: porchlight alert status shows the answers."),
                     name, found.channel.name)};
  }
  if (!found.alert.asks_for_answers()) {
    return Error{Errc::usage, say(tr("{} asks for no answer. Nothing was sent."), name)};
  }
  if (found.alert.is_over()) {
    return Error{Errc::expired,
                 say(tr("{} is over: no answer is wanted any more. Nothing was sent."), name)};
  }
  return Ok{};
}

/// Answers wait for a random moment, so that the relay cannot tell who answers from when. This
/// waits with them.
Result<Said> let_it_leave(Context& context, Engine& engine, const FoundAlert& found, Said said) {
  const std::uint32_t seconds =
      std::max(1u, found.alert.message.body.alert().answer_delay_seconds());
  constexpr int turns_max = 3;
  for (int turn = 0; turn < turns_max; ++turn) {
    const bool queued = said.message.standing == MessageView::Standing::queued;
    if (!queued || said.report.trouble || !engine.core().next_tick_at(context.now())) break;
    if (turn == 0) {
      context.out().say(say(tr("It leaves within {} second; Ctrl-C leaves it queued.",
                               "It leaves within {} seconds; Ctrl-C leaves it queued.", seconds),
                            seconds));
    }
    engine.wait_for_tick(std::chrono::seconds(limits::answer_delay_seconds_max + 1));
    TRY(said.report, context.sync(engine));
    const auto messages = engine.core().channel_messages(found.channel.id);
    if (const MessageView* now = find_message(messages, said.message.id)) said.message = *now;
  }
  return said;
}

/// What the group has said of the alert since; null where it stands as it was sent.
const wire::AllClear* clear_of(const MessageId& id, const ChannelEye& eye) {
  for (const AlertView& alert : eye.alerts.alerts) {
    if (alert.id == id && alert.clear) return &*alert.clear;
  }
  return nullptr;
}

Result<ExitCode> run_ack(Context& context, const AckOptions& options) {
  TRY(const auto engine, context.open());
  TRY(const FoundAlert found, fetch_alert(context, *engine, options.id));
  CHECK(check_answerable(found));
  TRY(const std::string answer, pick_answer(found.alert, options.answer));
  wire::Body body;
  body.mutable_ack()->set_alert(found.alert.id.str());
  body.mutable_ack()->set_answer(answer);
  body.mutable_ack()->set_note(options.note);
  body.set_lifetime_hours(found.alert.message.body.lifetime_hours());
  TRY(Said waiting, say(context, *engine, found.channel, std::move(body)));
  TRY(const Said said, let_it_leave(context, *engine, found, std::move(waiting)));
  Output& out = context.out();
  const ChannelEye eye = look_at(engine->core(), found.channel, context.now());
  const wire::AllClear* const clear = clear_of(found.alert.id, eye);
  if (out.json()) {
    Json fields = channel_message_json(said.message, eye);
    if (clear) fields["clear"] = clear_json(*clear, eye);
    out.record("message", std::move(fields));
  } else {
    out.line(found.alert.short_id + "  " + one_line(answer) + "  " +
             fate_of(said.message, out, context.now()));
    out.say(say(tr("Only the group behind \"{}\" sees it."), one_line(found.channel.name)));
  }
  if (clear) {
    out.warn(say(tr("{0} has changed since it was sent: {1}"), found.alert.short_id,
                 clear_text(*clear, eye)));
  }
  return end_of_saying(context, *engine, said);
}

// ---- clear ----------------------------------------------------------------------------------

struct ClearOptions {
  std::string id;
  std::string text;
  std::vector<std::string> texts;
  std::vector<wire::ClearKind> kinds;
};

Result<wire::ClearKind> only_kind(const ClearOptions& options) {
  if (options.kinds.size() != 1) {
    return Error{Errc::usage, tr("Say which one it is: --left, --false-alarm, --expired, or "
                                 "--corrected with what is right. Nothing was sent.")};
  }
  return options.kinds.front();
}

Result<ExitCode> run_clear(Context& context, const ClearOptions& options) {
  TRY(const wire::ClearKind kind, only_kind(options));
  TRY(wire::Body body, order_clear(kind, options.text, options.texts));
  TRY(const auto engine, context.open());
  TRY(const FoundAlert found, fetch_alert(context, *engine, options.id));
  const ChannelView& channel = found.channel;
  CHECK(check_own(channel));
  follow(body, found.alert);
  TRY(const Reach reach, reach_of(engine->core(), channel, context.now()));
  TRY(const bool meant, is_meant_for_so_many(context, channel, reach));
  if (!meant) {
    context.out().say(tr("Nothing was sent."));
    return ExitCode::done;
  }
  TRY(const Said said, say(context, *engine, channel, std::move(body)));
  Output& out = context.out();
  const ChannelEye eye = look_at(engine->core(), said.channel, context.now());
  if (out.json()) {
    Json fields = channel_message_json(said.message, eye);
    fields["waits_for_keys"] = said.channel.waits_for_keys;
    out.record("message", std::move(fields));
  } else {
    out.line(found.alert.short_id + "  " + clear_text(said.message.body.all_clear(), eye) + "  " +
             fate_of(said.message, out, context.now()));
  }
  return end_of_saying(context, *engine, said);
}

}  // namespace

Action define_alert_ack(CLI::App& app) {
  auto options = std::make_shared<AckOptions>();
  app.add_option("id", options->id, tr("As alert list shows it"))->type_name(tr("ID"))->required();
  app.add_option("answer", options->answer, tr("One of the alert's answers, or its number"))
      ->type_name(tr("ANSWER"))
      ->required();
  app.add_option("--note", options->note, tr("A few words more, for the group alone"));
  return [options](Context& context) { return run_ack(context, *options); };
}

Action define_alert_clear(CLI::App& app) {
  auto options = std::make_shared<ClearOptions>();
  app.add_option("id", options->id, tr("As alert list shows it"))->type_name(tr("ID"))->required();
  app.add_option("text", options->text, tr("What is to be said with it"))->type_name(tr("TEXT"));
  const auto add = [&](const char* name, wire::ClearKind kind, const char* help) {
    app.add_flag_callback(
        name, [options, kind] { options->kinds.push_back(kind); }, help);
  };
  add("--left", wire::CLEAR_LEFT, tr("They have left"));
  add("--false-alarm", wire::CLEAR_FALSE_ALARM, tr("It was none"));
  add("--expired", wire::CLEAR_EXPIRED, tr("It is over"));
  add("--corrected", wire::CLEAR_CORRECTED,
      tr("Something in it was wrong; the text says what is right"));
  app.add_option("--text", options->texts, tr("The text in a language: \"es=Ya se fueron\""))
      ->type_name(tr("LANG=TEXT"))
      ->allow_extra_args(false);
  return [options](Context& context) { return run_clear(context, *options); };
}

}  // namespace porchlight::client
