// channel audience, channel audience remove: whom a channel reaches.
#include <algorithm>

#include "client/cli/channels.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/show.hpp"
#include "client/cli/show_channel.hpp"
#include "client/cli/terminal.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/short_name.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

Json audience_json(const AudienceView& entry, const ChannelView& channel) {
  Json fields{{"channel", channel.name},
              {"id", entry.id},
              {"name", entry.name},
              {"kind", entry.invite ? "invite" : "person"}};
  if (entry.words) fields["words"] = words_json(*entry.words);
  if (!entry.invite) return fields;
  fields["expires"] = rfc3339(entry.expires);
  fields["uses"] = entry.uses;
  fields["joined"] = entry.joined;
  return fields;
}

std::string invite_text(const AudienceView& entry, TimePoint now) {
  const bool used_up = entry.joined >= entry.uses;
  return say(used_up ? tr("{0}  (an invite: joined {1} of {2}, until {3})")
                     : tr("{0}  (an open invite: joined {1} of {2}, until {3})"),
             one_line(entry.name), entry.joined, entry.uses, short_time(entry.expires, now));
}

Result<ExitCode> run_audience(Context& context, const std::string& name) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  TRY(const ChannelView channel, pick_own_channel(engine->core(), name));
  TRY(const auto audience, engine->core().audience(channel.id));
  std::vector<std::vector<std::string>> rows;
  for (const AudienceView& entry : audience) {
    if (context.out().json()) {
      context.out().record("audience", audience_json(entry, channel));
    } else {
      rows.push_back(
          {entry.id, entry.invite ? invite_text(entry, context.now()) : one_line(entry.name)});
    }
  }
  context.out().table(rows);
  if (channel.waits_for_list) {
    context.out().warn(
        tr("The list of the audience is on its way from a lead's device: there may be "
           "more people than are shown."));
  } else if (audience.empty() && !context.out().json()) {
    context.out().say(say(tr("Nobody is in the audience yet: porchlight invite new --as audience "
                             "--channel \"{}\" --to NAME"),
                          one_line(channel.name)));
  }
  return context.end_of_reading(report);
}

// ---- remove ---------------------------------------------------------------------------------

/// Whom Core::remove_from_audience() takes `typed` for; only called so where it would refuse.
AudienceView find_entry(const std::vector<AudienceView>& audience, const std::string& typed) {
  std::vector<AudienceView> found;
  for (const AudienceView& entry : audience) {
    if (entry.name == typed) found.push_back(entry);
  }
  if (found.size() != 1) {
    found.clear();
    for (const AudienceView& entry : audience) {
      if (matches_shown_name(entry.id, typed)) found.push_back(entry);
    }
  }
  if (found.size() == 1) return std::move(found.front());
  AudienceView unknown;
  unknown.name = typed;
  return unknown;
}

/// By what it is, not by its name: after "Dan" has gone, who was shown as "Dan (2)" is "Dan".
bool is_there(const Core& core, const ChannelView& channel, const AudienceView& removed) {
  const auto audience = core.audience(channel.id);
  return audience.ok() && std::any_of(audience->begin(), audience->end(), [&](const auto& entry) {
           return removed.identity ? entry.identity == removed.identity : entry.id == removed.id;
         });
}

ExitCode tell_removed(Context& context, Engine& engine, const ChannelView& channel,
                      const AudienceView& removed, const SyncReport& report) {
  const Core& core = engine.core();
  const bool done = !is_there(core, channel, removed) && !core.has_wishes_for(channel.id);
  if (context.out().json()) {
    context.out().record(
        "audience_change",
        {{"channel", channel.name}, {"removed", removed.name}, {"id", removed.id}, {"done", done}});
  } else if (done) {
    context.out().line(
        say(tr("Removed {0} from the audience of \"{1}\". Everybody else has new keys."),
            one_line(removed.name), one_line(channel.name)));
  }
  if (done) return context.end_of_sending(engine, report);
  return end_of_unfinished(context, engine, report,
                           say(tr("This is not done yet: until the new keys are out, {} can still "
                                  "read. It is kept here, and the next command goes on."),
                               one_line(removed.name)));
}

Result<ExitCode> run_remove(Context& context, const std::vector<std::string>& words) {
  if (words.size() > 2) {
    return Error{Errc::usage, say(tr("A name of several words stands in quotes: porchlight channel "
                                     "audience remove {} \"...\". Nobody was removed."),
                                  words.front())};
  }
  const std::string& person = words.back();
  TRY(const auto engine, context.open());
  Core& core = engine->core();
  TRY(const SyncReport fetched, context.sync(*engine));
  TRY(const ChannelView channel, pick_own_channel(core, words.size() == 2 ? words.front() : ""));
  TRY(const auto audience, core.audience(channel.id));
  const AudienceView entry = find_entry(audience, person);
  if (!context.options().yes) {
    TRY(const bool sure,
        confirm(
            say(tr("Take {0} out of the audience of \"{1}\"? Coming back needs a new invite, and "
                   "everybody else gets new keys."),
                one_line(entry.name) + (entry.id.empty() ? "" : " (" + entry.id + ")"),
                one_line(channel.name)),
            tr("Taking somebody out of an audience cannot be undone: say --yes to do it without "
               "being asked.")));
    if (!sure) {
      context.out().say(tr("Nobody was removed."));
      return ExitCode::done;
    }
  }
  CHECK(core.remove_from_audience(channel.id, person, context.now()));
  TRY(const SyncReport report, context.sync(*engine));
  return tell_removed(context, *engine, channel, entry, report);
}

}  // namespace

Action define_channel_audience(CLI::App& app) {
  auto name = std::make_shared<std::string>();
  app.add_option("channel", *name, tr("Which channel; may be left out where there is only one"))
      ->type_name(tr("NAME"));
  return [name](Context& context) { return run_audience(context, *name); };
}

Action define_channel_audience_remove(CLI::App& app) {
  auto words = std::make_shared<std::vector<std::string>>();
  app.add_option("words", *words,
                 tr("The channel (may be left out where there is only one), and the person or open "
                    "invite: the name or the ID that porchlight channel audience shows"))
      ->type_name(tr("[NAME] PERSON"))
      ->required()
      ->expected(1, -1);
  return [words](Context& context) { return run_remove(context, *words); };
}

}  // namespace porchlight::client
