// sighting post, list, show: reporting and looking.
#include "client/cli/commands.hpp"
#include "client/cli/photos.hpp"
#include "client/cli/plausible.hpp"
#include "client/cli/show_sighting.hpp"
#include "client/cli/sighting_acts.hpp"
#include "client/cli/terminal.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/rules.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

// ---- post -----------------------------------------------------------------------------------

struct PostOptions {
  std::string group;
  std::string time;
  std::string corrects;
  std::vector<std::string> photos;
  wire::Sighting sighting;
};

/// False when the person thought better of it.
Result<bool> is_meant(Context& context, TimePoint observed) {
  if (context.options().yes) return true;
  const TimePoint now = context.now();
  switch (doubt_about(observed, now)) {
    case Doubt::none:
      return true;
    case Doubt::slightly_ahead:
    case Doubt::ahead:
      if (can_ask() || doubt_about(observed, now) == Doubt::ahead) {
        return confirm(say(tr("That time is in the future ({}). Post it all the same?"),
                           short_time(observed, now)),
                       say(tr("That time is in the future ({}). Nothing was posted: give the time "
                              "at which it was seen, or say --yes if it is meant."),
                           short_time(observed, now)));
      }
      return true;
    case Doubt::old:
      if (!can_ask()) return true;
      return confirm(
          say(tr("That was a while ago ({}). Post it all the same?"), short_time(observed, now)),
          "");
  }
  return true;
}

/// What was said of it before stays where nothing else is said now.
void fill_in(wire::Sighting& sighting, const wire::Sighting& before) {
  wire::Sighting merged = before;
  merged.MergeFrom(sighting);
  sighting = std::move(merged);
}

/// It ends with what it corrects: otherwise it would be a report of its own when that has ended.
Result<std::uint32_t> hours_left(const SightingView& first, TimePoint now) {
  const auto end = first.report.sent + std::chrono::hours(first.report.body.lifetime_hours());
  const auto left = std::chrono::floor<std::chrono::hours>(end - now).count();
  if (left > 0) return static_cast<std::uint32_t>(left);
  return Error{Errc::expired, say(tr("{} ends within the hour and cannot be corrected any more. "
                                     "Nothing was posted: report what you see anew."),
                                  first.short_id)};
}

Result<ExitCode> post_correction(Context& context, Engine& engine, const std::string& id,
                                 wire::Body body, std::span<const Bytes> photos) {
  TRY(const FoundSighting found, fetch_sighting(context, engine, id));
  const SightingView& first = found.sighting;
  if (!first.report.mine) {
    return Error{Errc::not_permitted,
                 say(tr("{0} was reported by {1}, and nobody else can correct it. Nothing was "
                        "posted: report what you see yourself, or say what came of it."),
                     first.short_id, one_line(first.report.sender_name))};
  }
  if (first.taken_back) {
    return Error{Errc::not_permitted, say(tr("{} was taken back. Nothing was posted: report what "
                                             "you see anew."),
                                          first.short_id)};
  }
  TRY(const std::uint32_t hours, hours_left(first, context.now()));
  body.set_lifetime_hours(hours);
  body.set_supersedes(first.id.str());
  fill_in(*body.mutable_sighting(), first.report.body.sighting());
  return post_body(context, engine, found.group, std::move(body), first.short_id, photos);
}

Result<ExitCode> run_post(Context& context, const PostOptions& options) {
  wire::Body body;
  *body.mutable_sighting() = options.sighting;
  const bool is_new = options.corrects.empty();
  if (!options.time.empty()) {
    TRY(const TimePoint observed, parse_time(options.time, context.now()));
    TRY(const bool meant, is_meant(context, observed));
    if (!meant) {
      context.out().say(tr("Nothing was posted."));
      return ExitCode::done;
    }
    body.mutable_sighting()->set_observed_minute(wire::unix_minute(observed));
  } else if (is_new) {
    body.mutable_sighting()->set_observed_minute(wire::unix_minute(context.now()));
  }
  // Decoding takes a while: nobody waits for the vault meanwhile.
  TRY(const std::vector<Bytes> photos, read_photos(options.photos));
  TRY(const auto engine, context.open());
  if (!is_new) {
    return post_correction(context, *engine, options.corrects, std::move(body), photos);
  }
  TRY(const GroupView group, pick_group(engine->core(), options.group));
  return post_body(context, *engine, group, std::move(body), "", photos);
}

void add_flag(CLI::App& app, const char* name, const char* help,
              const std::shared_ptr<PostOptions>& options,
              void (wire::Sighting::*set)(bool value)) {
  app.add_flag_callback(
      name, [options, set] { (options->sighting.*set)(true); }, help);
}

void add_field(CLI::App& app, const char* name, const char* help,
               const std::shared_ptr<PostOptions>& options,
               std::string* (wire::Sighting::*field)()) {
  app.add_option_function<std::string>(
      name, [options, field](const std::string& text) { *(options->sighting.*field)() = text; },
      help);
}

// ---- list and show --------------------------------------------------------------------------

struct ListOptions {
  std::string group;
  bool all = false;
};

bool is_over(const SightingView& sighting) {
  return sighting.standing == SightingView::Standing::closed ||
         sighting.standing == SightingView::Standing::dismissed;
}

std::vector<std::string> row_of(const SightingView& sighting, const Board& board, TimePoint now) {
  const std::string delay = delay_text(sighting, now);
  return {sighting.short_id, short_time(sighting.report.sent, now),
          one_line(sighting.report.sender_name),
          standing_text(sighting, board) + (delay.empty() ? "" : " · " + delay),
          sighting_text(sighting.report.body.sighting(), now) +
              (sighting.photos.empty() ? "" : " · " + photos_text(sighting))};
}

Result<ExitCode> run_list(Context& context, const ListOptions& options) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  Core& core = engine->core();
  std::vector<GroupView> groups = core.groups();
  if (!options.group.empty()) {
    TRY(const GroupView only, core.group(options.group));
    groups = {only};
  }
  std::vector<std::vector<std::string>> rows;
  for (const GroupView& group : groups) {
    const Board board = core.board(group.id, context.now());
    for (const SightingView& sighting : board.sightings) {
      if (is_over(sighting) && !options.all) continue;
      if (context.out().json()) {
        Json fields = sighting_json(sighting, group.name, board);
        add_delay(fields, sighting, context.now());
        context.out().record("sighting", std::move(fields));
      } else {
        rows.push_back(row_of(sighting, board, context.now()));
        if (groups.size() > 1) rows.back().insert(rows.back().begin(), one_line(group.name));
      }
    }
  }
  context.out().table(rows);
  if (rows.empty() && !context.out().json()) {
    context.out().say(options.all ? tr("No sightings.")
                                  : tr("No open sightings; --all shows the others."));
  }
  return context.end_of_reading(report);
}

/// What is said about a duplicate concerns its original as well.
bool concerns(const MessageView& message, const SightingView& sighting, const Board& board) {
  const wire::Body& body = message.body;
  const auto id = MessageId::from(as_bytes(body.has_verification() ? body.verification().sighting()
                                           : body.has_retraction() ? body.retraction().message()
                                           : body.has_attachment() ? body.attachment().message()
                                           : body.has_sighting()   ? body.supersedes()
                                                                   : std::string()));
  const SightingView* about = id ? board.find_id(*id) : nullptr;
  return about != nullptr && (about->id == sighting.id || about->folded_into == sighting.id);
}

/// Empty where nobody has claimed it, or the group has no rules.
std::string rules_text(const SightingView& sighting, std::span<const MessageView> messages) {
  const auto rules = current_rules(messages);
  if (!rules || !sighting.claim) return "";
  const std::string who = one_line(sighting.claimed_by.value_or(""));
  if (sighting.claim->rules == rules->hash.str()) {
    return say(tr("{0} has accepted the rules of conduct (version {1})"), who, rules->version);
  }
  return sighting.claim->rules.empty()
             ? say(tr("{} has not said whether they accept the rules of conduct"), who)
             : say(tr("{0} has accepted other rules of conduct than version {1}"), who,
                   rules->version);
}

void show(Context& context, Core& core, const FoundSighting& found) {
  Output& out = context.out();
  const SightingView& sighting = found.sighting;
  const wire::Sighting& report = sighting.report.body.sighting();
  LabelledRows rows;
  const auto field = [&](const char* label, const std::string& text) {
    rows.push_back({label, one_line(text)});
  };
  const auto messages = core.live_messages(found.group.id, context.now());
  const Board board = make_board(messages);
  out.line(sighting.short_id + "  " + standing_text(sighting, board));
  field(tr("delay"), delay_text(sighting, context.now()));
  field(tr("rules"), rules_text(sighting, messages));
  field(tr("size"), report.size());
  field(tr("activity"), report.activity());
  field(tr("where"), report.location());
  field(tr("zone"), report.area());
  field(tr("uniform"), report.uniform());
  field(tr("equipment"), report.equipment());
  if (!sighting.photos.empty()) {
    field(tr("photos"),
          say(tr("{0}: porchlight photo get {1}"), photos_text(sighting), sighting.short_id));
  }
  const TimePoint observed{std::chrono::minutes(report.observed_minute())};
  const char* seen = "{}";
  if (report.first_hand()) {
    seen = report.still_there() ? tr("{}, first hand, still there") : tr("{}, first hand");
  } else if (report.still_there()) {
    seen = tr("{}, still there");
  }
  field(tr("seen"), say(seen, short_time(observed, context.now())));
  field(tr("reported"),
        say(tr("{0} by {1} in {2}"), short_time(sighting.report.sent, context.now()),
            sighting.report.sender_name, found.group.name));
  out.labelled(rows);
  for (const MessageView& message : messages) {
    if (concerns(message, sighting, board)) {
      out.line("  " + message_line(message, found.group.name, board, context.now()));
    }
  }
}

Json shown_json(Context& context, const Core& core, const FoundSighting& found) {
  const auto messages = core.live_messages(found.group.id, context.now());
  Json fields = sighting_json(found.sighting, found.group.name, make_board(messages));
  add_delay(fields, found.sighting, context.now());
  const auto rules = current_rules(messages);
  if (rules && found.sighting.claim) {
    fields["accepted_rules"] = found.sighting.claim->rules == rules->hash.str();
  }
  return fields;
}

Result<ExitCode> run_show(Context& context, const std::string& id) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  TRY(const FoundSighting found, find_sighting(engine->core(), id, context.now()));
  if (context.out().json()) {
    context.out().record("sighting", shown_json(context, engine->core(), found));
  } else {
    show(context, engine->core(), found);
  }
  return context.end_of_reading(report);
}

}  // namespace

Action define_sighting_post(CLI::App& app) {
  auto options = std::make_shared<PostOptions>();
  using Sighting = wire::Sighting;
  app.add_option("group", options->group,
                 tr("Which group; may be left out where there is only one"))
      ->type_name(tr("GROUP"));
  add_field(app, "--size", tr("How many"), options, &Sighting::mutable_size);
  add_field(app, "--activity", tr("What they do"), options, &Sighting::mutable_activity);
  add_field(app, "--where", tr("A corner or a zone, in words"), options,
            &Sighting::mutable_location);
  add_field(app, "--zone", tr("Which zone that is in, by its short label"), options,
            &Sighting::mutable_area);
  add_field(app, "--uniform", tr("Uniform or markings"), options, &Sighting::mutable_uniform);
  app.add_option("--time", options->time, tr("When you saw it, if not now: 14:02"))
      ->type_name(tr("TIME"));
  add_field(app, "--equipment", tr("Vehicles, tools, weapons"), options,
            &Sighting::mutable_equipment);
  app.add_option("--corrects", options->corrects,
                 tr("An earlier report of yours that this puts right; what you leave out stays"))
      ->type_name(tr("ID"));
  app.add_option("--photo", options->photos,
                 tr("A JPEG or PNG that follows the text, without its location; up to four times"))
      ->type_name(tr("FILE"))
      ->expected(1)
      ->take_all();
  add_flag(app, "--first-hand", tr("You saw it yourself"), options, &Sighting::set_first_hand);
  add_flag(app, "--still-there", tr("It is still there"), options, &Sighting::set_still_there);
  return [options](Context& context) { return run_post(context, *options); };
}

Action define_sighting_list(CLI::App& app) {
  auto options = std::make_shared<ListOptions>();
  app.add_option("group", options->group, tr("Only this group's"))->type_name(tr("GROUP"));
  app.add_flag("--all", options->all, tr("Also those dismissed or closed"));
  return [options](Context& context) { return run_list(context, *options); };
}

Action define_sighting_show(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  app.add_option("id", *id, tr("As sighting list shows it"))->type_name(tr("ID"))->required();
  return [id](Context& context) { return run_show(context, *id); };
}

}  // namespace porchlight::client
