// alert send: a channel's whole audience is told at once, and asked.
#include "client/cli/alert_order.hpp"
#include "client/cli/channels.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/posting.hpp"
#include "client/cli/show_channel.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/bodies.hpp"
#include "proto/base/limits.hpp"

namespace porchlight::client {
namespace {

// ---- the sighting it rests on ---------------------------------------------------------------

Result<SightingView> find_on_board(const Core& core, const GroupView& group,
                                   const std::string& typed, TimePoint now) {
  const Board board = core.board(group.id, now);
  if (const SightingView* found = board.find(typed)) return *found;
  return Error{Errc::not_found, "There is no sighting " + typed + " on the board of \"" +
                                    group.name +
                                    "\", the group that this channel speaks for. Nothing was "
                                    "sent: porchlight sighting list shows those there are."};
}

bool is_confirmed(const Result<SightingView>& sighting) {
  return sighting.ok() && sighting->standing == SightingView::Standing::confirmed;
}

/// As new as the relay has it, where what is here would stop the alert.
Result<SightingView> fetch_sighting(Context& context, Engine& engine, const GroupView& group,
                                    const std::string& typed) {
  auto here = find_on_board(engine.core(), group, typed, context.now());
  if (is_confirmed(here)) return here;
  TRY(const SyncReport report, context.sync(engine));
  if (report.trouble) context.out().warn(report.trouble->what);
  return find_on_board(engine.core(), group, typed, context.now());
}

Error unconfirmed(const SightingView& sighting) {
  return {
      Errc::not_permitted,
      sighting.short_id + " is " + standing_name(sighting.standing) +
          ", not confirmed: nothing was sent. Have somebody look (porchlight sighting confirm " +
          sighting.short_id +
          "); or, where waiting is worse, --force \"WHY\", which all coordinators see."};
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

std::uint32_t answer_delay(const ChannelView& channel) {
  const bool small = channel.people <= limits::small_audience && !channel.waits_for_list;
  return small ? limits::answer_delay_seconds_small : limits::answer_delay_seconds_large;
}

ExitCode tell_sent(Context& context, Engine& engine, const ChannelView& channel, const Said& said) {
  Output& out = context.out();
  const ChannelEye eye = look_at(engine.core(), channel, context.now());
  const std::string name = name_of_alert(said.message.id.str(), eye);
  if (out.json()) {
    for (const AlertView& alert : eye.alerts.alerts) {
      if (alert.id == said.message.id) out.record("alert", alert_json(alert, eye));
    }
  } else {
    out.line(name + "  " + fate_of(said.message, out, context.now()) + ", for an audience of " +
             std::to_string(channel.people));
    if (said.message.body.alert().answers_size() > 0) {
      out.say("Who answers: porchlight alert status " + name);
    }
    out.say("When it is over: porchlight alert clear " + name + " --left");
  }
  return end_of_posting(context, engine, said.report, said.message);
}

ExitCode nothing_sent(Context& context) {
  context.out().say("Nothing was sent.");
  return ExitCode::done;
}

Result<ExitCode> run_new(Context& context, const AlertOrder& options) {
  if (options.words.empty()) {
    return Error{Errc::usage,
                 "Say to which channel, and what: porchlight alert send CHANNEL "
                 "\"TEXT\". Nothing was sent."};
  }
  if (!options.force.empty() && options.sighting.empty()) {
    return Error{Errc::usage,
                 "--force is for an alert that rests on a sighting: name it with --sighting. "
                 "Nothing was sent."};
  }
  TRY(wire::Body body, order_alert(options, context.now()));
  TRY(const auto engine, context.open());
  Core& core = engine->core();
  TRY(const ChannelView channel, pick_own_channel(core, options.words.front()));
  TRY(const GroupView group, group_of(core, channel));
  body.mutable_alert()->set_answer_delay_seconds(
      body.alert().answers().empty() ? 0 : answer_delay(channel));
  bool forced = false;
  if (!options.sighting.empty()) {
    TRY(const SightingView sighting, fetch_sighting(context, *engine, group, options.sighting));
    forced = sighting.standing != SightingView::Standing::confirmed;
    if (forced && options.force.empty()) return unconfirmed(sighting);
    body.mutable_alert()->set_sighting(sighting.id.str());
  }
  CHECK(complete_body(body, context.random(), context.now()));
  TRY(const bool meant, is_meant_for_so_many(context, channel, channel.people));
  if (!meant) return nothing_sent(context);
  if (forced) CHECK(tell_forced(context, *engine, channel, group, body, options.force));
  TRY(const Said said, say(context, *engine, channel, std::move(body)));
  return tell_sent(context, *engine, channel, said);
}

// ---- again ----------------------------------------------------------------------------------

Result<ExitCode> run_again(Context& context, const AlertOrder& options) {
  if (!options.words.empty() || !options.texts.empty()) {
    return Error{Errc::usage,
                 "--again calls those who are silent with the alert's own words: it takes no text. "
                 "Nothing was sent."};
  }
  TRY(const auto engine, context.open());
  TRY(const SyncReport fetched, context.sync(*engine));  // whoever has answered is not asked again
  Core& core = engine->core();
  TRY(const FoundAlert found, find_alert(core, options.again, context.now()));
  const std::string& name = found.alert.short_id;
  if (!found.alert.asks_for_answers()) {
    return Error{Errc::usage, name + " asks for no answer: nobody is silent. Nothing was sent."};
  }
  if (found.alert.is_over()) {
    return Error{Errc::expired, name + " is over. Nothing was sent: send a new one if it is not."};
  }
  TRY(const AlertCount count, count_in(core, found));
  if (count.silent.empty() && !found.channel.waits_for_list) {
    context.out().say("Everybody has answered.");
    return nothing_sent(context);
  }
  TRY(const bool meant, is_meant_for_so_many(context, found.channel, count.silent.size()));
  if (!meant) return nothing_sent(context);
  wire::Body body;
  body.mutable_recall()->set_alert(found.alert.id.str());
  body.set_lifetime_hours(found.alert.message.body.lifetime_hours());
  TRY(const Said said, say(context, *engine, found.channel, std::move(body)));
  const ChannelEye eye = look_at(core, found.channel, context.now());
  if (context.out().json()) {
    context.out().record("alert_status", count_json(found.alert, count, eye, Missing::counted));
  } else {
    context.out().line(name + "  called again, " +
                       fate_of(said.message, context.out(), context.now()) + ", for " +
                       std::to_string(count.silent.size()) + " who are silent");
  }
  return end_of_posting(context, *engine, said.report, said.message);
}

}  // namespace

Action define_alert_send(CLI::App& app) {
  auto options = std::make_shared<AlertOrder>();
  app.add_option("words", options->words, "The channel, and the text; - reads it from stdin")
      ->type_name("CHANNEL [TEXT]")
      ->expected(0, 2);
  app.add_option("--text", options->texts,
                 "The text in a language: \"es=Por la puerta norte\". May be given for several")
      ->type_name("LANG=TEXT")
      ->allow_extra_args(false);
  app.add_option("--sighting", options->sighting,
                 "What it rests on, which must be confirmed on the board of the channel's group")
      ->type_name("ID");
  app.add_option("--urgency", options->urgency, "now, soon (the usual) or information");
  app.add_option_function<std::string>(
         "--ack", [options](const std::string& answers) { options->answers = answers; },
         "The answers to choose from, like \"on my way,can't\"; that is what is asked with "
         "--urgency now. \"\" asks for none")
      ->type_name("ANSWERS");
  app.add_option("--deadline", options->deadline, "By when an answer is wanted: 30m, or 14:30")
      ->type_name("TIME");
  app.add_option("--expires", options->expires,
                 "When it goes from every device: 2h, in whole hours; 24h if you do not say")
      ->type_name("SPAN");
  app.add_option("--force", options->force,
                 "Send it although the sighting is not confirmed, and tell the group why")
      ->type_name("REASON");
  app.add_option("--again", options->again, "Call those once more who have not answered this one")
      ->type_name("ID");
  return [options](Context& context) {
    return options->again.empty() ? run_new(context, *options) : run_again(context, *options);
  };
}

}  // namespace porchlight::client
