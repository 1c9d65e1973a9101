// detention add, list, show, update, renew: notices in groups marked legal.
#include <algorithm>

#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/posting.hpp"
#include "client/cli/show_detention.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/short_name.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

constexpr std::uint32_t days_max = limits::detention_lifetime_hours / 24;

struct FoundNotice {
  GroupView group;
  NoticeView notice;
};

std::vector<FoundNotice> all_notices(const Core& core, TimePoint now) {
  std::vector<FoundNotice> all;
  for (const GroupView& group : core.groups()) {
    for (NoticeView& notice : make_notices(core.live_messages(group.id, now))) {
      all.push_back({group, std::move(notice)});
    }
  }
  return all;
}

Result<FoundNotice> find_notice(const Core& core, const std::string& typed, TimePoint now) {
  const std::vector<FoundNotice> all = all_notices(core, now);
  std::vector<NoticeView> views;
  for (const FoundNotice& found : all) views.push_back(found.notice);
  const NoticeView* view = find_by_short_name(views, 'N', typed);
  if (view != nullptr) return all[static_cast<std::size_t>(view - views.data())];
  return Error{Errc::not_found, say(tr("There is no one detention notice {0} here: porchlight "
                                       "detention list shows those there are."),
                                    one_line(typed))};
}

/// The group of this name; where none is given, the only one that is marked legal.
Result<GroupView> pick_legal_group(const Core& core, const std::string& name) {
  if (!name.empty()) return pick_group(core, name);
  std::vector<GroupView> legal = core.groups();
  std::erase_if(legal, [](const GroupView& group) { return group.kind != GroupKind::legal; });
  if (legal.size() == 1) return std::move(legal.front());
  if (legal.empty()) {
    return Error{Errc::not_permitted,
                 tr("You are in no group that is marked legal. Nothing was posted. A group is "
                    "marked when it is made: porchlight group create NAME --legal")};
  }
  return pick_group(core, "");
}

// ---- what a notice says ---------------------------------------------------------------------

/// What was typed; the rest stays as it was.
struct Fields {
  std::optional<std::string> place, time, agency, name, contact, attorney, note;
  std::optional<bool> consent;
  std::optional<std::uint32_t> days;
  bool mine = false;
};

Status put_time(const std::string& typed, TimePoint now, wire::DetentionNotice& notice) {
  TRY(const TimePoint when, parse_time(typed, now));
  if (when > now + std::chrono::minutes(1)) {
    return Error{Errc::usage, say(tr("That time is in the future ({0}). Nothing was posted."),
                                  short_time(when, now))};
  }
  notice.set_minute(wire::unix_minute(when));
  return Ok{};
}

/// Whoever takes the consent back takes the name back with it.
Status put_person(const Fields& fields, wire::DetentionNotice& notice) {
  if (fields.consent) notice.set_consent(*fields.consent);
  if (!notice.consent()) {
    if (fields.name || fields.contact) {
      return Error{
          Errc::usage,
          tr("Nobody is named in a detention notice who has not agreed to it: everybody in the "
             "group would hold the name, and what is held can be taken. Ask the person or their "
             "family, and say --consent if they agree. Nothing was posted.")};
    }
    notice.clear_name();
    notice.clear_contact();
  }
  if (fields.name) notice.set_name(*fields.name);
  if (fields.contact) notice.set_contact(*fields.contact);
  return Ok{};
}

Status put_days(std::uint32_t days, TimePoint now, wire::DetentionNotice& notice) {
  if (days == 0 || days > days_max) {
    return Error{Errc::usage, say(tr("A detention notice is kept for 1 to {0} days, and can be "
                                     "renewed. Nothing was posted."),
                                  days_max)};
  }
  notice.set_purge_day(wire::unix_day(now) + days);
  return Ok{};
}

Status put(const Fields& fields, const GroupView& group, TimePoint now,
           wire::DetentionNotice& notice) {
  if (fields.place) notice.set_place(*fields.place);
  if (fields.agency) notice.set_agency(*fields.agency);
  if (fields.note) notice.set_note(*fields.note);
  if (fields.time) CHECK(put_time(*fields.time, now, notice));
  if (fields.attorney) {
    TRY(const wire::Attorney attorney, parse_attorney(*fields.attorney));
    notice.set_attorney(attorney);
  }
  if (fields.days) CHECK(put_days(*fields.days, now, notice));
  if (fields.mine) {
    for (const MemberView& member : group.members) {
      if (member.me) notice.set_holder(member.identity.str());
    }
  }
  return put_person(fields, notice);
}

// ---- add, update, renew ---------------------------------------------------------------------

struct AddOptions {
  std::string group;
  Fields fields;
};

std::string name_for(const Core& core, const GroupView& group, const NoticeId& id, TimePoint now) {
  std::vector<NoticeId> ids{id};
  for (const NoticeView& notice : make_notices(core.live_messages(group.id, now))) {
    ids.push_back(notice.id);
  }
  return "N-" + short_name(id.view(), unique_length<NoticeId>(ids));
}

Result<ExitCode> post_notice(Context& context, Engine& engine, const GroupView& group,
                             const wire::DetentionNotice& notice, const std::string& name) {
  wire::Body body;
  *body.mutable_detention_notice() = notice;
  const std::string day = day_text(notice.purge_day());
  TRY(const ExitCode end, post_body(context, engine, group, std::move(body), name));
  context.out().say(say(tr("Every device erases it after {0}; porchlight detention renew {1} keeps "
                           "it longer."),
                        day, name));
  return end;
}

Result<ExitCode> run_add(Context& context, const AddOptions& options) {
  TRY(const auto engine, context.open());
  TRY(const GroupView group, pick_legal_group(engine->core(), options.group));
  wire::DetentionNotice notice;
  const auto id = context.random().fixed<NoticeId>();
  notice.set_notice(id.str());
  CHECK(put_days(options.fields.days.value_or(days_max), context.now(), notice));
  CHECK(put(options.fields, group, context.now(), notice));
  const std::string name = name_for(engine->core(), group, id, context.now());
  return post_notice(context, *engine, group, notice, name);
}

struct ChangeOptions {
  std::string id;
  std::string from;
  Fields fields;
};

/// Whether what this member says now would erase it (clause 15.6).
bool is_erased_by_me(const MessageView& said, const GroupView& group) {
  const auto& members = group.members;
  return said.mine || std::any_of(members.begin(), members.end(), [](const MemberView& member) {
           return member.me && member.role == wire::ROLE_LEAD;
         });
}

/// What a change goes on from: the newest, unless that would erase what somebody has said before
/// it without anybody having looked at it.
Result<wire::DetentionNotice> base_of(const FoundNotice& found, const std::string& from) {
  std::vector<const MessageView*> said{&found.notice.message};
  for (const MessageView& earlier : found.notice.earlier) said.push_back(&earlier);
  std::string names;
  for (const MessageView* one : said) {
    if (one->sender_name == from) return one->body.detention_notice();
    names += (names.empty() ? "" : ", ") + one_line(one->sender_name);
  }
  if (!from.empty()) {
    return Error{Errc::not_found,
                 say(tr("Nothing of {0} is kept about {1}; there is something of: {2}. Nothing was "
                        "posted."),
                     one_line(from), found.notice.short_id, names)};
  }
  const auto& earlier = found.notice.earlier;
  const bool erases = std::any_of(earlier.begin(), earlier.end(), [&](const MessageView& one) {
    return is_erased_by_me(one, found.group);
  });
  if (!erases) return said.front()->body.detention_notice();
  return Error{Errc::usage,
               say(tr("Several people have said something about {0}: {1}. What you say now erases "
                      "what you have said before, and all of it where you lead. Look at them with "
                      "porchlight detention show {0}, and name whose to go on from with --from. "
                      "Nothing was posted."),
                   found.notice.short_id, names)};
}

/// A body counts whole, so this begins with one that is there.
Result<ExitCode> run_change(Context& context, const ChangeOptions& options) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  if (report.trouble) context.out().warn(report.trouble->what);
  TRY(const FoundNotice found, find_notice(engine->core(), options.id, context.now()));
  TRY(wire::DetentionNotice notice, base_of(found, options.from));
  CHECK(put(options.fields, found.group, context.now(), notice));
  return post_notice(context, *engine, found.group, notice, found.notice.short_id);
}

// ---- list and show --------------------------------------------------------------------------

Result<ExitCode> run_list(Context& context) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  std::vector<std::vector<std::string>> rows;
  for (const FoundNotice& found : all_notices(engine->core(), context.now())) {
    if (context.out().json()) {
      context.out().record("detention_notice", notice_json(found.notice, found.group));
      continue;
    }
    const wire::DetentionNotice& notice = found.notice.message.body.detention_notice();
    const std::string holder = holder_of(notice, found.group);
    rows.push_back({found.notice.short_id, one_line(found.group.name), one_line(notice.place()),
                    one_line(notice.agency()),
                    say(tr("attorney {0}"), tr(attorney_name(notice.attorney()))),
                    holder.empty() ? tr("nobody has it") : one_line(holder),
                    say(tr("until {0}"), day_text(notice.purge_day()))});
  }
  context.out().table(rows);
  if (rows.empty() && !context.out().json()) context.out().say(tr("No detention notices."));
  return context.end_of_reading(report);
}

void show(Output& out, const FoundNotice& found, TimePoint now) {
  const wire::Body& body = found.notice.message.body;
  const wire::DetentionNotice& notice = body.detention_notice();
  std::vector<std::vector<std::string>> rows;
  const auto field = [&](const char* label, const std::string& text) {
    if (!text.empty()) rows.push_back({std::string("  ") + label, one_line(text)});
  };
  out.line(found.notice.short_id + "  " + one_line(found.group.name));
  field(tr("place"), notice.place());
  if (notice.minute() != 0) {
    const TimePoint when{std::chrono::minutes(static_cast<std::int64_t>(notice.minute()))};
    field(tr("when"), short_time(when, now));
  }
  field(tr("agency"), notice.agency());
  field(tr("consent"), notice.consent() ? tr("given") : tr("not given"));
  field(tr("name"), notice.name());
  field(tr("contact"), notice.contact());
  field(tr("attorney"), tr(attorney_name(notice.attorney())));
  field(tr("note"), notice.note());
  const std::string holder = holder_of(notice, found.group);
  field(tr("holder"), holder.empty() ? tr("nobody has it") : holder);
  field(tr("last said"), say(tr("{0} by {1}"), short_time(found.notice.message.sent, now),
                             found.notice.message.sender_name));
  field(tr("erased"), say(tr("on every device after {0}"), day_text(notice.purge_day())));
  out.table(rows);
  for (const MessageView& earlier : found.notice.earlier) {
    out.line("  " + earlier_text(earlier, now));
  }
}

Result<ExitCode> run_show(Context& context, const std::string& id) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  TRY(const FoundNotice found, find_notice(engine->core(), id, context.now()));
  if (context.out().json()) {
    context.out().record("detention_notice", notice_json(found.notice, found.group));
  } else {
    show(context.out(), found, context.now());
  }
  return context.end_of_reading(report);
}

void add_fields(CLI::App& app, Fields& fields) {
  app.add_option("--place", fields.place, tr("Where it was"));
  app.add_option("--time", fields.time, tr("When it was: 14:02"))->type_name(tr("TIME"));
  app.add_option("--agency", fields.agency, tr("Who did it"));
  app.add_option("--name", fields.name, tr("Of the person; only with their consent"));
  app.add_option("--contact", fields.contact, tr("Whom to call; only with their consent"));
  app.add_option("--attorney", fields.attorney, tr("unknown, wanted, found or not-wanted"))
      ->type_name("unknown|wanted|found|not-wanted");
  app.add_option("--note", fields.note, tr("A few words more"));
  app.add_flag_callback(
      "--consent", [&fields] { fields.consent = true; },
      tr("The person, or their family, agreed to being named to this group"));
  app.add_flag("--mine", fields.mine, tr("You have it from now on"));
}

void add_days(CLI::App& app, Fields& fields) {
  app.add_option("--days", fields.days, tr("For how many days from today it is kept, at most 30"))
      ->type_name(tr("N"));
}

std::shared_ptr<ChangeOptions> define_id(CLI::App& app) {
  auto options = std::make_shared<ChangeOptions>();
  app.add_option("id", options->id, tr("As detention list shows it"))
      ->type_name(tr("N-ID"))
      ->required();
  app.add_option("--from", options->from,
                 tr("Whose words to go on from, where several people have said something"))
      ->type_name(tr("NAME"));
  return options;
}

}  // namespace

Action define_detention_add(CLI::App& app) {
  auto options = std::make_shared<AddOptions>();
  app.add_option("group", options->group,
                 tr("Which group; may be left out where only one is marked legal"))
      ->type_name(tr("GROUP"));
  add_fields(app, options->fields);
  app.get_option("--place")->required();
  add_days(app, options->fields);
  return [options](Context& context) { return run_add(context, *options); };
}

Action define_detention_update(CLI::App& app) {
  auto options = define_id(app);
  add_fields(app, options->fields);
  app.add_flag_callback(
      "--no-consent", [options] { options->fields.consent = false; },
      tr("They want to be named no more: takes name and contact out on every device"));
  return [options](Context& context) { return run_change(context, *options); };
}

Action define_detention_renew(CLI::App& app) {
  auto options = define_id(app);
  options->fields.days = days_max;
  add_days(app, options->fields);
  return [options](Context& context) { return run_change(context, *options); };
}

Action define_detention_list(CLI::App&) { return run_list; }

Action define_detention_show(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  app.add_option("id", *id, tr("As detention list shows it"))->type_name(tr("N-ID"))->required();
  return [id](Context& context) { return run_show(context, *id); };
}

}  // namespace porchlight::client
