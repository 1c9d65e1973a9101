// alert send: a channel's whole audience is told at once, and asked.
#include "client/cli/alert_order.hpp"
#include "client/cli/channels.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/posting.hpp"
#include "client/cli/show_channel.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/bodies.hpp"
#include "proto/base/encoding.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

// ---- the sighting it rests on ---------------------------------------------------------------

Result<SightingView> find_on_board(const Core& core, const GroupView& group,
                                   const std::string& typed, TimePoint now) {
  const Board board = core.board(group.id, now);
  if (const SightingView* found = board.find(typed)) return *found;
  return Error{
      Errc::not_found,
      say(tr("There is no sighting {0} on the board of \"{1}\", the group that this channel speaks "
             "for. Nothing was sent: porchlight sighting list shows those there are."),
          typed, group.name)};
}

bool is_confirmed(const SightingView& sighting) {
  return sighting.standing == SightingView::Standing::confirmed;
}

/// What came with the sending may be newer than what the alert was judged by.
void warn_if_confirmed_no_more(Context& context, const Core& core, const GroupView& group,
                               const SightingView& before, const std::string& alert) {
  const auto after = find_on_board(core, group, before.short_id, context.now());
  if (!is_confirmed(before) || (after.ok() && is_confirmed(*after))) return;
  const char* const sentence =
      after.ok()
          ? tr("{0} is {1}, which came here only as the alert was sent. Where that makes it "
               "wrong: porchlight alert clear {2} --false-alarm, or --corrected \"TEXT\".")
          : tr("{0} is not on the board any more, which came here only as the alert was sent. "
               "Where that makes it wrong: porchlight alert clear {2} --false-alarm, or "
               "--corrected \"TEXT\".");
  context.out().warn(
      say(sentence, before.short_id, after.ok() ? tr(standing_name(after->standing)) : "", alert));
}

Error unconfirmed(const SightingView& sighting) {
  return {Errc::not_permitted, say(tr("{0} is {1}, not confirmed: nothing was sent. Have somebody "
                                      "look (porchlight sighting confirm {0}); or, where waiting "
                                      "is worse, --force \"WHY\", which all coordinators see."),
                                   sighting.short_id, tr(standing_name(sighting.standing)))};
}

/// Why it goes out unconfirmed, for the group; before the alert, so that nobody there is surprised.
Status tell_forced(Context& context, Engine& engine, const ChannelView& channel,
                   const GroupView& group, const wire::Body& alert, const std::string& reason) {
  wire::Body body;
  wire::ForcedAlert& forced = *body.mutable_forced_alert();
  forced.set_channel_id(channel.id.str());
  forced.set_alert(alert.id());
  forced.set_sighting(alert.alert().sighting());
  forced.set_reason(reason);
  body.set_zone(zone_name());
  body.set_lifetime_hours(alert.lifetime_hours());
  TRY(const MessageId id, engine.core().post(group.id, std::move(body), context.now()));
  static_cast<void>(id);
  return Ok{};
}

// ---- sending --------------------------------------------------------------------------------

void tell_sent(Context& context, const Said& said, const Reach& reach, const ChannelEye& eye) {
  Output& out = context.out();
  const std::string name = name_of_alert(said.message.id.str(), eye);
  if (out.json()) {
    for (const AlertView& alert : eye.alerts.alerts) {
      if (alert.id != said.message.id) continue;
      Json fields = alert_json(alert, eye);
      fields["listed"] = reach.people;
      fields["open_uses"] = reach.open_uses;
      fields["waits_for_list"] = reach.is_partial;
      fields["waits_for_keys"] = said.channel.waits_for_keys;
      out.record("alert", std::move(fields));
    }
  } else {
    out.line(say(tr("{0}  {1}, audience: {2}"), name, fate_of(said.message, out, context.now()),
                 reach_text(reach)));
    if (said.message.body.alert().answers_size() > 0) {
      out.say(say(tr("Who answers: porchlight alert status {}"), name));
    }
    out.say(say(tr("When it is over: porchlight alert clear {} --left"), name));
  }
  if (reach.people == 0) {
    out.warn(say(reach.open_uses > 0
                     ? tr("Nobody is listed in the audience of \"{}\": as far as this device "
                          "knows, nobody reads it but who has come by an open invite just now.")
                     : tr("Nobody is listed in the audience of \"{}\": as far as this device "
                          "knows, nobody reads it."),
                 one_line(eye.channel.name)));
  }
}

ExitCode nothing_sent(Context& context) {
  context.out().say(tr("Nothing was sent."));
  return ExitCode::done;
}

Result<ExitCode> run_new(Context& context, const AlertOrder& options) {
  if (options.words.empty()) {
    return Error{Errc::usage, tr("Say to which channel, and what: porchlight alert send CHANNEL "
                                 "\"TEXT\". Nothing was sent.")};
  }
  if (!options.force.empty() && options.sighting.empty()) {
    return Error{Errc::usage,
                 tr("--force is for an alert that rests on a sighting: name it with --sighting. "
                    "Nothing was sent.")};
  }
  TRY(wire::Body body, order_alert(options, context.now()));
  TRY(const auto engine, context.open());
  Core& core = engine->core();
  CHECK(fetch_first(context, *engine));
  TRY(const ChannelView channel, pick_own_channel(core, options.words.front()));
  TRY(const GroupView group, group_of(core, channel));
  TRY(const Reach reach, reach_of(core, channel, context.now()));
  body.mutable_alert()->set_answer_delay_seconds(
      body.alert().answers().empty() ? 0 : answer_delay(reach));
  std::optional<SightingView> sighting;
  if (!options.sighting.empty()) {
    TRY(sighting, find_on_board(core, group, options.sighting, context.now()));
    if (!is_confirmed(*sighting) && options.force.empty()) return unconfirmed(*sighting);
    body.mutable_alert()->set_sighting(sighting->id.str());
  }
  CHECK(complete_body(body, context.random(), context.now()));
  TRY(const bool meant, is_meant_for_so_many(context, channel, reach));
  if (!meant) return nothing_sent(context);
  if (sighting && !is_confirmed(*sighting)) {
    CHECK(tell_forced(context, *engine, channel, group, body, options.force));
  }
  TRY(const Said said, say(context, *engine, channel, std::move(body)));
  const ChannelEye eye = look_at(core, said.channel, context.now());
  tell_sent(context, said, reach, eye);
  if (sighting) {
    warn_if_confirmed_no_more(context, core, group, *sighting,
                              name_of_alert(said.message.id.str(), eye));
  }
  return end_of_saying(context, *engine, said);
}

// ---- again ----------------------------------------------------------------------------------

Result<ExitCode> run_again(Context& context, const AlertOrder& options) {
  CHECK(check_again(options));
  TRY(const auto engine, context.open());
  Core& core = engine->core();
  // Whoever has answered is not asked again.
  TRY(const FoundAlert found, fetch_alert(context, *engine, options.again));
  const std::string& name = found.alert.short_id;
  CHECK(check_askable(found.alert));
  TRY(const AlertCount count, count_in(core, found));
  TRY(Reach reach, reach_of(core, found.channel, context.now()));
  reach.people = count.silent.size();
  if (count.silent.empty() && !found.channel.waits_for_list) {
    context.out().say(tr("Everybody has answered."));
    return nothing_sent(context);
  }
  TRY(const bool meant, is_meant_for_so_many(context, found.channel, reach));
  if (!meant) return nothing_sent(context);
  TRY(const Said said, say(context, *engine, found.channel, order_recall(found.alert)));
  const ChannelEye eye = look_at(core, said.channel, context.now());
  if (context.out().json()) {
    Json fields = count_json(found.alert, count, eye, Missing::counted);
    fields["id"] = hex_encode(said.message.id.view());
    fields["standing"] = standing_name(said.message.standing);
    fields["waits_for_keys"] = said.channel.waits_for_keys;
    context.out().record("alert_status", std::move(fields));
  } else {
    context.out().line(
        say(tr("{0}  called again, {1}, for {2} who is silent",
               "{0}  called again, {1}, for {2} who are silent", count.silent.size()),
            name, fate_of(said.message, context.out(), context.now()), count.silent.size()));
  }
  return end_of_saying(context, *engine, said);
}

}  // namespace

Action define_alert_send(CLI::App& app) {
  auto options = std::make_shared<AlertOrder>();
  app.add_option("words", options->words, tr("The channel, and the text; - reads it from stdin"))
      ->type_name(tr("CHANNEL [TEXT]"))
      ->expected(0, 2);
  app.add_option("--text", options->texts,
                 tr("The text in a language: \"es=Por la puerta norte\". May be given for several"))
      ->type_name(tr("LANG=TEXT"))
      ->allow_extra_args(false);
  app.add_option(
         "--sighting", options->sighting,
         tr("What it rests on, which must be confirmed on the board of the channel's group"))
      ->type_name(tr("ID"));
  app.add_option("--urgency", options->urgency, tr("now, soon (the usual) or information"))
      ->type_name("now|soon|information");
  app.add_option_function<std::string>(
         "--ack", [options](const std::string& answers) { options->answers = answers; },
         tr("The answers to choose from, like \"on my way,can't\"; that is what is asked with "
            "--urgency now. \"\" asks for none"))
      ->type_name(tr("ANSWERS"));
  app.add_option("--deadline", options->deadline,
                 tr("By when an answer is wanted: 30m, or 14:30, which may be tomorrow's"))
      ->type_name(tr("TIME"));
  app.add_option("--expires", options->expires,
                 tr("When it goes from every device: 2h, in whole hours; 24h if you do not say"))
      ->type_name(tr("SPAN"));
  app.add_option("--force", options->force,
                 tr("Send it although the sighting is not confirmed, and tell the group why"))
      ->type_name(tr("REASON"));
  app.add_option("--again", options->again,
                 tr("Call those once more who have not answered this one"))
      ->type_name(tr("ID"));
  return [options](Context& context) {
    return options->again.empty() ? run_new(context, *options) : run_again(context, *options);
  };
}

}  // namespace porchlight::client
