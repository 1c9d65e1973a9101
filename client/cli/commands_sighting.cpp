// sighting post, list, show: reporting and looking.
#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/posting.hpp"
#include "client/cli/terminal.hpp"
#include "client/cli/time_text.hpp"

namespace porchlight::client {
namespace {

constexpr auto old_report = std::chrono::hours(2);

// ---- post -----------------------------------------------------------------------------------

struct PostOptions {
  std::string group;
  std::string time;
  wire::Sighting sighting;
};

std::string doubt(TimePoint observed, TimePoint now) {
  if (observed > now + std::chrono::minutes(1)) {
    return "That time is in the future (" + short_time(observed, now) + ").";
  }
  if (now - observed >= old_report) {
    return "That was a while ago (" + short_time(observed, now) + ").";
  }
  return "";
}

/// False when the person thought better of it.
Result<bool> is_meant(Context& context, TimePoint observed) {
  const std::string question = doubt(observed, context.now());
  if (question.empty() || context.options().yes) return true;
  return confirm(question + " Post it all the same?", question + " If it is meant, say --yes.");
}

Result<ExitCode> run_post(Context& context, const PostOptions& options) {
  TimePoint observed = context.now();
  if (!options.time.empty()) {
    TRY(observed, parse_time(options.time, context.now()));
    TRY(const bool meant, is_meant(context, observed));
    if (!meant) {
      context.out().say("Nothing was posted.");
      return ExitCode::done;
    }
  }
  TRY(const auto engine, context.open());
  TRY(const GroupView group, pick_group(engine->core(), options.group));
  wire::Body body;
  *body.mutable_sighting() = options.sighting;
  body.mutable_sighting()->set_observed_minute(wire::unix_minute(observed));
  return post_body(context, *engine, group, std::move(body), "");
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
  return {sighting.short_id, short_time(sighting.report.sent, now),
          one_line(sighting.report.sender_name), standing_text(sighting, board),
          sighting_text(sighting.report.body.sighting(), now)};
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
        context.out().record("sighting", sighting_json(sighting, group.name, board));
      } else {
        rows.push_back(row_of(sighting, board, context.now()));
        if (groups.size() > 1) rows.back().insert(rows.back().begin(), one_line(group.name));
      }
    }
  }
  context.out().table(rows);
  if (rows.empty() && !context.out().json()) {
    context.out().say(options.all ? "No sightings." : "No open sightings; --all shows the others.");
  }
  return context.end_of_reading(report);
}

bool concerns(const MessageView& message, const SightingView& sighting) {
  return message.body.kind_case() == wire::Body::kVerification &&
         MessageId::from(message.body.verification().sighting()) == sighting.id;
}

void show(Context& context, Core& core, const FoundSighting& found) {
  Output& out = context.out();
  const wire::Sighting& report = found.sighting.report.body.sighting();
  const auto field = [&](const char* label, const std::string& text) {
    if (!text.empty()) out.line(label + one_line(text));
  };
  const Board board = core.board(found.group.id, context.now());
  out.line(found.sighting.short_id + "  " + standing_text(found.sighting, board));
  field("  size       ", report.size());
  field("  activity   ", report.activity());
  field("  where      ", report.location());
  field("  uniform    ", report.uniform());
  field("  equipment  ", report.equipment());
  const TimePoint observed{std::chrono::minutes(report.observed_minute())};
  out.line("  seen       " + short_time(observed, context.now()) +
           (report.first_hand() ? ", first hand" : "") +
           (report.still_there() ? ", still there" : ""));
  out.line("  reported   " + short_time(found.sighting.report.sent, context.now()) + " by " +
           one_line(found.sighting.report.sender_name) + " in " + one_line(found.group.name));
  for (const MessageView& message : core.messages(found.group.id)) {
    if (concerns(message, found.sighting)) {
      out.line("  " + message_line(message, found.group.name, board, context.now()));
    }
  }
}

Result<ExitCode> run_show(Context& context, const std::string& id) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  TRY(const FoundSighting found, find_sighting(engine->core(), id, context.now()));
  if (context.out().json()) {
    const Board board = engine->core().board(found.group.id, context.now());
    context.out().record("sighting", sighting_json(found.sighting, found.group.name, board));
  } else {
    show(context, engine->core(), found);
  }
  return context.end_of_reading(report);
}

}  // namespace

Action define_sighting_post(CLI::App& app) {
  auto options = std::make_shared<PostOptions>();
  using Sighting = wire::Sighting;
  app.add_option("group", options->group, "Which group; may be left out where there is only one")
      ->type_name("GROUP");
  add_field(app, "--size", "How many", options, &Sighting::mutable_size);
  add_field(app, "--activity", "What they do", options, &Sighting::mutable_activity);
  add_field(app, "--where", "A corner or a zone, in words", options, &Sighting::mutable_location);
  add_field(app, "--uniform", "Uniform or markings", options, &Sighting::mutable_uniform);
  app.add_option("--time", options->time, "When you saw it, if not now: 14:02")->type_name("TIME");
  add_field(app, "--equipment", "Vehicles, tools, weapons", options, &Sighting::mutable_equipment);
  add_flag(app, "--first-hand", "You saw it yourself", options, &Sighting::set_first_hand);
  add_flag(app, "--still-there", "It is still there", options, &Sighting::set_still_there);
  return [options](Context& context) { return run_post(context, *options); };
}

Action define_sighting_list(CLI::App& app) {
  auto options = std::make_shared<ListOptions>();
  app.add_option("group", options->group, "Only this group's")->type_name("GROUP");
  app.add_flag("--all", options->all, "Also those dismissed or closed");
  return [options](Context& context) { return run_list(context, *options); };
}

Action define_sighting_show(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  app.add_option("id", *id, "As sighting list shows it")->type_name("ID")->required();
  return [id](Context& context) { return run_show(context, *id); };
}

}  // namespace porchlight::client
