// library add, list, show, withdraw: texts that everybody has at hand, also without a network.
#include <algorithm>

#include "client/cli/commands.hpp"
#include "client/cli/language.hpp"
#include "client/cli/people.hpp"
#include "client/cli/posting.hpp"
#include "client/cli/show_library.hpp"
#include "client/cli/site_time.hpp"
#include "client/cli/terminal.hpp"
#include "client/core/short_name.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

// ---- add and withdraw -----------------------------------------------------------------------

struct AddOptions {
  std::string group;
  std::string of;
  std::string file;
  std::string language;
  std::optional<std::string> title;
  std::optional<std::string> jurisdiction;
  std::optional<std::string> reviewer;
  std::optional<std::string> review_by;
};

/// A language that the newest version lacks joins it; anything else is a new version.
Result<std::uint32_t> next_version(const LibraryItemView& item, const std::string& language) {
  if (!item.is_withdrawn() && !item.has(item.version, language)) return item.version;
  if (item.version < limits::library_version_max) return item.version + 1;
  return Error{Errc::full, say(tr("{} can have no further version: add it as a new item. Nothing "
                                  "was added."),
                               item.short_id)};
}

/// What nobody typed is as in the text that is there.
Status take_over(const LibraryItemView& known, wire::LibraryItem& item) {
  item.set_item(known.id.str());
  TRY(const std::uint32_t version, next_version(known, item.language()));
  item.set_version(version);
  if (known.is_withdrawn()) return Ok{};
  const std::vector<std::string> languages{item.language()};
  const wire::LibraryItem& before = choose_text(known, languages).text->item();
  item.set_title(before.title());
  item.set_jurisdiction(before.jurisdiction());
  return Ok{};
}

Result<wire::LibraryItem> item_of(Context& context, const AddOptions& options,
                                  const std::optional<FoundItem>& known) {
  wire::LibraryItem item;
  item.set_language(options.language);
  if (known) {
    CHECK(take_over(known->item, item));
  } else {
    item.set_item(context.random().fixed<MessageId>().str());
    item.set_version(1);
  }
  if (options.title) item.set_title(*options.title);
  if (options.jurisdiction) item.set_jurisdiction(*options.jurisdiction);
  if (options.reviewer) item.set_reviewer(*options.reviewer);
  if (options.review_by) {
    TRY(const LocalDay day, parse_day(*options.review_by));
    TRY(const std::uint32_t review_by, unix_day_of(day));
    item.set_review_by_day(review_by);
  }
  return item;
}

Result<std::string> read_text(const std::string& file) {
  TRY(std::string text, read_input(file, limits::library_text_bytes_max));
  std::erase(text, '\r');  // lines from elsewhere may end in two characters
  if (text.empty()) {
    return Error{Errc::usage,
                 tr("There is no text in it. porchlight library withdraw takes an item "
                    "back. Nothing was added.")};
  }
  return text;
}

std::string called(const wire::LibraryItem& item) {
  return "L-" + short_id(*MessageId::from(as_bytes(item.item())), short_name_chars_min);
}

/// Of two who add the same version in one language at the same time, one was first.
void warn_if_late(Context& context, const Core& core, const GroupId& group,
                  const wire::LibraryItem& added) {
  for (const LibraryItemView& item : library_of(core, group, context.now()).items) {
    if (item.id.str() != added.item()) continue;
    for (const LibraryText& text : item.texts) {
      if (text.item().language() == added.language() && !text.message.mine) {
        context.out().warn(say(tr("{0} was faster and has added a text of {1} in this language: "
                                  "that one counts. Look at it, and add yours again if it is "
                                  "still wanted."),
                               one_line(text.message.sender_name), item.short_id));
      }
    }
  }
}

Result<ExitCode> run_add(Context& context, const AddOptions& options) {
  TRY(std::string text, read_text(options.file));
  TRY(const auto engine, context.open());
  std::optional<FoundItem> known;
  if (!options.of.empty()) {
    TRY(const SyncReport report, context.sync(*engine));
    TRY(known, find_item(engine->core(), options.of, context.now()));
  } else if (!options.title) {
    return Error{Errc::usage, tr("A new item needs a --title; --of ID adds to one that is there. "
                                 "Nothing was added.")};
  }
  GroupView group;
  if (known) {
    group = known->group;
  } else {
    TRY(group, pick_group(engine->core(), options.group));
  }
  TRY(wire::LibraryItem item, item_of(context, options, known));
  item.set_text(std::move(text));
  wire::Body body;
  *body.mutable_library_item() = item;
  TRY(const ExitCode end,
      post_body(
          context, *engine, group, std::move(body),
          say(tr("{0} version {1}"), known ? known->item.short_id : called(item), item.version())));
  warn_if_late(context, engine->core(), group.id, item);
  return end;
}

Result<ExitCode> run_withdraw(Context& context, const std::string& id) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  TRY(const FoundItem found, find_item(engine->core(), id, context.now()));
  if (found.item.is_withdrawn()) {
    return Error{Errc::used, say(tr("{} was withdrawn already."), found.item.short_id)};
  }
  wire::Body body;
  wire::LibraryItem& item = *body.mutable_library_item();
  item.set_item(found.item.id.str());
  // It takes back its own version too, so that nothing stands beyond what can be taken back.
  item.set_version(std::min(found.item.version + 1, limits::library_version_max));
  item.set_title(found.item.texts.front().item().title());
  return post_body(context, *engine, found.group, std::move(body), found.item.short_id);
}

// ---- list and show --------------------------------------------------------------------------

Result<ExitCode> run_list(Context& context, const std::string& name) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  Core& core = engine->core();
  std::vector<GroupView> groups = core.groups();
  if (!name.empty()) {
    TRY(const GroupView only, core.group(name));
    groups = {only};
  }
  const auto languages = my_languages();
  std::vector<std::vector<std::string>> rows;
  for (const GroupView& group : groups) {
    for (const LibraryItemView& item : library_of(core, group.id, context.now()).items) {
      if (item.is_withdrawn()) continue;
      if (context.out().json()) {
        context.out().record("library_item", item_json({group, item}, context.now()));
        continue;
      }
      rows.push_back(item_row(item, languages, context.now()));
      if (groups.size() > 1) rows.back().insert(rows.back().begin(), one_line(group.name));
    }
  }
  context.out().table(rows);
  if (rows.empty() && !context.out().json()) {
    context.out().say(tr("The library is empty; porchlight library add puts something there."));
  }
  return context.end_of_reading(report);
}

struct ShowOptions {
  std::string id;
  std::string language;
};

/// Without the relay: what is there is on this device.
Result<ExitCode> run_show(Context& context, const ShowOptions& options) {
  TRY(const auto engine, context.open());
  auto found = find_item(engine->core(), options.id, context.now());
  if (!found.ok()) {
    TRY(const SyncReport report, context.sync(*engine));
    if (report.trouble) context.out().warn(report.trouble->what);
    found = find_item(engine->core(), options.id, context.now());
  }
  if (!found.ok()) return std::move(found).error();
  if (found->item.is_withdrawn()) {
    return Error{Errc::expired,
                 say(tr("{} was withdrawn from the library."), found->item.short_id)};
  }
  const auto languages =
      options.language.empty() ? my_languages() : std::vector<std::string>{options.language};
  const ChosenText text = choose_text(found->item, languages);
  if (context.out().json()) {
    context.out().record("library_text", text_json(*found, text, context.now()));
  } else {
    show_item(context.out(), *found, text, context.now());
  }
  return ExitCode::done;
}

}  // namespace

Action define_library_add(CLI::App& app) {
  auto options = std::make_shared<AddOptions>();
  app.add_option("group", options->group, tr("May be left out where there is only one"))
      ->type_name(tr("GROUP"));
  app.add_option("--of", options->of,
                 tr("An item that is there: this is its text in another language, or a new version "
                    "of it"))
      ->type_name(tr("ID"));
  app.add_option(
         "--file", options->file,
         say(tr("The text, at most {} bytes; - reads stdin"), limits::library_text_bytes_max))
      ->type_name(tr("FILE"))
      ->required();
  app.add_option("--language", options->language, tr("Which language it is in: en, es, es-MX"))
      ->type_name(tr("LANG"))
      ->required();
  app.add_option("--title", options->title, tr("What it is called in the list"));
  app.add_option("--jurisdiction", options->jurisdiction,
                 tr("Where what it says holds: \"Illinois\""));
  app.add_option("--reviewer", options->reviewer, tr("Who has looked it over"));
  app.add_option("--review-by", options->review_by,
                 tr("By when somebody should look it over again: 2027-05-01; it is marked after "
                    "that day"))
      ->type_name(tr("DAY"));
  return [options](Context& context) { return run_add(context, *options); };
}

Action define_library_list(CLI::App& app) {
  auto group = std::make_shared<std::string>();
  app.add_option("group", *group, tr("Only of this group"))->type_name(tr("GROUP"));
  return [group](Context& context) { return run_list(context, *group); };
}

Action define_library_show(CLI::App& app) {
  auto options = std::make_shared<ShowOptions>();
  app.add_option("id", options->id, tr("As library list shows it"))
      ->type_name(tr("ID"))
      ->required();
  app.add_option("--language", options->language,
                 tr("In this language, where it is there; without it, in this device's"))
      ->type_name(tr("LANG"));
  return [options](Context& context) { return run_show(context, *options); };
}

Action define_library_withdraw(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  app.add_option("id", *id, tr("As library list shows it"))->type_name(tr("ID"))->required();
  return [id](Context& context) { return run_withdraw(context, *id); };
}

}  // namespace porchlight::client
