// shift plan, change, cancel: what posts there are to be.
#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/posting.hpp"
#include "client/cli/shift_plan.hpp"
#include "client/cli/show_shift.hpp"
#include "client/cli/terminal.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

struct PlanOptions {
  std::string group;  // or the shift
  std::string file;
  std::optional<std::string> site;
  std::optional<std::string> post;
  std::optional<std::string> on;
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<std::string> zone;
  std::optional<std::uint32_t> people;
  std::optional<std::uint32_t> at_most;
  std::optional<std::string> note;
};
using Options = std::shared_ptr<PlanOptions>;

void tell_doubts(Context& context, const PlannedShift& planned) {
  for (const std::string& doubt : planned.doubts) context.out().warn(doubt);
}

void say_fate(Context& context, Core& core, const GroupView& group, const MessageId& shift,
              const MessageView& said) {
  for (const ShiftView& view : shifts_of(core, group.id, context.now()).shifts) {
    if (view.id != shift) continue;
    if (context.out().json()) {
      context.out().record("shift", shift_json({group, view}, context.now()));
    } else {
      context.out().line(view.short_id + "  " + fate_of(said, context.out(), context.now()) + "  " +
                         post_text(view.shift()) + "  " + shift_span(view));
    }
  }
}

// ---- plan -----------------------------------------------------------------------------------

/// Puts what was typed into `draft`.
Status take_typed(const PlanOptions& options, ShiftDraft& draft) {
  if (options.site) draft.site = *options.site;
  if (options.post) draft.post = *options.post;
  if (options.note) draft.note = *options.note;
  if (options.zone) {
    TRY(draft.zone, SiteZone::find(*options.zone));
  }
  if (options.on) {
    TRY(draft.on, parse_day(*options.on));
  }
  if (options.from) {
    TRY(draft.from, parse_time_of_day(*options.from));
  }
  if (options.to) {
    TRY(draft.to, parse_time_of_day(*options.to));
  }
  if (options.people) draft.people = *options.people;
  if (options.at_most) draft.at_most = *options.at_most;
  return Ok{};
}

Result<std::vector<PlannedShift>> planned_by(Context& context, const PlanOptions& options) {
  const TimePoint now = context.now();
  if (!options.file.empty()) {
    TRY(const std::string text, read_input(options.file, limits::plan_file_bytes_max));
    return read_shift_file(text, options.file == "-" ? "stdin" : options.file,
                           options.zone.value_or(zone_name()), context.random(), now);
  }
  if (!options.site || !options.on || !options.from || !options.to) {
    return Error{Errc::usage, tr("A shift needs --site, --on, --from and --to; or --file reads "
                                 "several from a file. Nothing was planned.")};
  }
  TRY(const SiteZone zone, SiteZone::find(zone_name()));
  ShiftDraft draft{{}, {}, {}, zone, {}, {}, {}};
  CHECK(take_typed(options, draft));
  TRY(PlannedShift planned, plan_shift(draft, context.random(), now));
  std::vector<PlannedShift> all;
  all.push_back(std::move(planned));
  return all;
}

Result<ExitCode> run_plan(Context& context, const PlanOptions& options) {
  TRY(const std::vector<PlannedShift> planned, planned_by(context, options));
  TRY(const auto engine, context.open());
  Core& core = engine->core();
  TRY(const GroupView group, pick_group(core, options.group));
  CHECK(be_let_in(context, *engine, group));
  std::vector<MessageId> ids;
  for (const PlannedShift& shift : planned) {
    tell_doubts(context, shift);
    TRY(const MessageId id, core.post(group.id, shift.body, context.now()));
    ids.push_back(id);
  }
  TRY(const SyncReport report, context.sync(*engine));
  const auto messages = core.messages(group.id);
  ExitCode end = ExitCode::done;
  for (const MessageId& id : ids) {
    const MessageView* said = find_message(messages, id);
    if (said == nullptr) {
      return Error{Errc::not_permitted,
                   say(tr("A lead has taken you out of \"{}\" meanwhile; what you planned was not "
                          "sent."),
                       one_line(group.name))};
    }
    say_fate(context, core, group, id, *said);
    if (end == ExitCode::done) end = end_of_posting(context, *engine, report, *said);
  }
  return end;
}

// ---- change and cancel ----------------------------------------------------------------------

Result<FoundShift> own_shift(Context& context, Engine& engine, const std::string& id) {
  TRY(const SyncReport report, context.sync(engine));
  TRY(FoundShift found, find_shift(engine.core(), id, context.now()));
  if (!found.shift.plan.mine) {
    return Error{Errc::not_permitted,
                 say(tr("{0} was planned by {1}, who alone can change or cancel it. Nothing was "
                        "changed."),
                     found.shift.short_id, one_line(found.shift.plan.sender_name))};
  }
  if (found.shift.cancelled) {
    return Error{Errc::expired,
                 say(tr("{} was cancelled already. Nothing was changed."), found.shift.short_id)};
  }
  return found;
}

/// What `shift` says now.
Result<ShiftDraft> draft_of(const ShiftView& shift) {
  TRY(const SiteZone zone, SiteZone::find(shift.plan.body.zone()));
  const wire::Shift& said = shift.shift();
  const SiteZone::Local from = zone.local(shift.start());
  return ShiftDraft{said.site(),
                    said.post(),
                    said.note(),
                    zone,
                    from.day,
                    from.time,
                    zone.local(shift.end()).time,
                    said.min_people(),
                    said.max_people()};
}

Result<ExitCode> run_change(Context& context, const PlanOptions& options) {
  TRY(const auto engine, context.open());
  Core& core = engine->core();
  TRY(const FoundShift found, own_shift(context, *engine, options.group));
  TRY(ShiftDraft draft, draft_of(found.shift));
  CHECK(take_typed(options, draft));
  if (!options.at_most) draft.at_most = std::max(draft.at_most, draft.people);
  TRY(PlannedShift planned, plan_shift(draft, context.random(), context.now()));
  if (!options.on && !options.from && !options.to && !options.zone) {
    // As it was, also where the clocks show that time twice.
    planned.body.mutable_shift()->set_start_minute(found.shift.shift().start_minute());
    planned.body.mutable_shift()->set_end_minute(found.shift.shift().end_minute());
    planned.doubts.clear();
  }
  tell_doubts(context, planned);
  planned.body.set_supersedes(found.shift.id.str());
  TRY(const MessageId id, core.post(found.group.id, planned.body, context.now()));
  TRY(const SyncReport report, context.sync(*engine));
  const auto messages = core.messages(found.group.id);
  const MessageView* said = find_message(messages, id);
  if (said == nullptr) {
    return Error{Errc::not_permitted, say(tr("A lead has taken you out of \"{}\" meanwhile; what "
                                             "you planned was not sent."),
                                          one_line(found.group.name))};
  }
  say_fate(context, core, found.group, found.shift.id, *said);
  return end_of_posting(context, *engine, report, *said);
}

Result<ExitCode> run_cancel(Context& context, const std::string& id) {
  TRY(const auto engine, context.open());
  TRY(const FoundShift found, own_shift(context, *engine, id));
  wire::Body body;
  body.mutable_retraction()->set_message(found.shift.id.str());
  body.set_lifetime_hours(hours_left(found.shift.plan.body, context.now()));
  TRY(const ExitCode end,
      post_body(context, *engine, found.group, std::move(body), found.shift.short_id));
  if (!context.out().json()) {
    context.out().say(say(tr("Everybody sees that {} is cancelled; who had a place there is not "
                             "called by itself."),
                          found.shift.short_id));
  }
  return end;
}

// ---- options --------------------------------------------------------------------------------

void define_fields(CLI::App& app, const Options& options) {
  app.add_option("--site", options->site,
                 tr("Where, by a name that the group uses: \"Lincoln\". Never a person's address"))
      ->type_name(tr("TEXT"));
  app.add_option("--post", options->post, tr("Which place there: \"north gate\""))
      ->type_name(tr("TEXT"));
  app.add_option("--on", options->on, tr("The day, at the site: 2026-11-24"))->type_name(tr("DAY"));
  app.add_option("--from", options->from, tr("From when, by the site's clocks: 14:30"))
      ->type_name(tr("TIME"));
  app.add_option("--to", options->to,
                 tr("Until when; a time that is not after --from is on the next day"))
      ->type_name(tr("TIME"));
  app.add_option("--zone", options->zone,
                 tr("The site's time zone, America/Chicago; without it this device's"))
      ->type_name(tr("ZONE"));
  app.add_option("--people", options->people, tr("How many it needs (1)"))->type_name(tr("N"));
  app.add_option("--at-most", options->at_most,
                 tr("How many it has places for; without it as many as it needs"))
      ->type_name(tr("N"));
  app.add_option("--note", options->note,
                 tr("What they should know. Never a child's name, here or anywhere"))
      ->type_name(tr("TEXT"));
}

}  // namespace

Action define_shift_plan(CLI::App& app) {
  auto options = std::make_shared<PlanOptions>();
  app.add_option("group", options->group, tr("May be left out where there is only one"))
      ->type_name(tr("GROUP"));
  define_fields(app, options);
  app.add_option("--file", options->file, tr("Several shifts from a TOML file; - reads stdin"))
      ->type_name(tr("FILE"))
      ->excludes("--site", "--post", "--on", "--from", "--to", "--people", "--at-most", "--note");
  app.footer(app.get_footer() + "\n\n" +
             tr("A file says first what all its shifts share, then each shift:\n\n"
                "  site = \"Lincoln\"\n"
                "  zone = \"America/Chicago\"\n\n"
                "  [[shift]]\n"
                "  post = \"north gate\"\n"
                "  on = \"2026-11-24\"\n"
                "  from = \"14:30\"\n"
                "  to = \"15:30\"\n"
                "  people = 2\n"
                "  at_most = 3\n"
                "  repeat = [\"mon\", \"wed\"]    # on these weekdays\n"
                "  until = \"2026-12-04\"       # from the first day on, at most 14 days\n"
                "  note = \"yellow vests\"\n\n"
                "Where one line of it is wrong, nothing is planned. Never write a child's name."));
  return [options](Context& context) { return run_plan(context, *options); };
}

Action define_shift_change(CLI::App& app) {
  auto options = std::make_shared<PlanOptions>();
  app.add_option("id", options->group, tr("As shift list shows it"))
      ->type_name(tr("ID"))
      ->required();
  define_fields(app, options);
  return [options](Context& context) { return run_change(context, *options); };
}

Action define_shift_cancel(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  app.add_option("id", *id, tr("As shift list shows it"))->type_name(tr("ID"))->required();
  return [id](Context& context) { return run_cancel(context, *id); };
}

}  // namespace porchlight::client
