// photo list and get: photos are fetched where somebody asks for them, and never by themselves.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "client/cli/commands.hpp"
#include "client/cli/photos.hpp"
#include "client/cli/sighting_acts.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

// ---- list -----------------------------------------------------------------------------------

void list_photos(Output& out, const GroupView& group, const SightingView& sighting, TimePoint now) {
  if (!out.json()) {
    return out.line(sighting.short_id + "  " + photos_text(sighting) + "  " +
                    one_line(sighting.report.sender_name) + "  " +
                    short_time(sighting.report.sent, now) + "  " + one_line(group.name));
  }
  for (Json photo : photos_json(sighting)) {
    Json fields{{"sighting", sighting.short_id},
                {"group", group.name},
                {"from", sighting.report.sender_name}};
    fields.update(photo);
    out.record("photo", std::move(fields));
  }
}

void list_upload(Output& out, const Core& core, const UploadView& upload, TimePoint now) {
  const Board board = core.board(upload.group, now);
  const SightingView* sighting = board.find_id(upload.sighting);
  const std::string name = sighting == nullptr ? "" : sighting->short_id;
  if (out.json()) {
    return out.record("upload", {{"sighting", name},
                                 {"bytes", upload.bytes},
                                 {"chunks", upload.chunks},
                                 {"chunks_stored", upload.stored}});
  }
  out.line(say(tr("{0}  photo {1}/{2} of yours, continuing"), name, upload.stored, upload.chunks));
}

Result<ExitCode> run_list(Context& context, const std::string& only) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  const Core& core = engine->core();
  std::vector<GroupView> groups = core.groups();
  if (!only.empty()) {
    TRY(const GroupView group, core.group(only));
    groups = {group};
  }
  bool any = false;
  for (const GroupView& group : groups) {
    for (const UploadView& upload : core.uploads()) {
      if (upload.group != group.id) continue;
      list_upload(context.out(), core, upload, context.now());
      any = true;
    }
    for (const SightingView& sighting : core.board(group.id, context.now()).sightings) {
      if (sighting.photos.empty()) continue;
      list_photos(context.out(), group, sighting, context.now());
      any = true;
    }
  }
  if (!any && !context.out().json()) context.out().say(tr("No photos."));
  return context.end_of_reading(report);
}

// ---- get ------------------------------------------------------------------------------------

struct GetOptions {
  std::string id;
  std::string to;
  std::size_t number = 0;  // from 1 on; 0 for all
};

Error exists_already(const std::string& file) {
  return {Errc::usage, say(tr("There is a file {} already. Nothing was written: say with --to "
                              "FILE where the photo is to go."),
                           file)};
}

/// A name at which there is nothing.
Status check_absent(const std::string& file) {
  struct stat found {};
  return lstat(file.c_str(), &found) == 0 ? Status{exists_already(file)} : Status{Ok{}};
}

Status write_new_file(const std::string& file, ByteView bytes) {
  const FileHandle made{open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (!made && errno == EEXIST) return exists_already(file);
  bool good = static_cast<bool>(made);
  while (good && !bytes.empty()) {
    const ssize_t written = write(made.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    good = written > 0;
    if (good) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  if (good) return Ok{};
  if (made) unlink(file.c_str());
  return Error{Errc::storage, say(tr("The file {} cannot be written, so it is not there. The "
                                     "photo is still at the relay: choose another place with --to "
                                     "FILE."),
                                  file)};
}

/// The relay may know of photos that this device does not.
Result<FoundSighting> find_with_photos(Context& context, Engine& engine,
                                       const GetOptions& options) {
  TRY(FoundSighting found, fetch_sighting(context, engine, options.id));
  if (found.sighting.photos.size() < std::max<std::size_t>(options.number, 1)) {
    TRY(const SyncReport report, context.sync(engine));
    if (report.trouble) context.out().warn(report.trouble->what);
    TRY(found, find_sighting(engine.core(), options.id, context.now()));
  }
  const std::size_t count = found.sighting.photos.size();
  if (count == 0) {
    return Error{Errc::not_found,
                 say(tr("There is no photo of {}. One that its author is still sending comes "
                        "later: look again with porchlight photo list."),
                     found.sighting.short_id)};
  }
  if (options.number > count) {
    return Error{Errc::not_found, say(tr("{0} has {1} photos, and none with the number {2}."),
                                      found.sighting.short_id, count, options.number)};
  }
  if (count > 1 && options.number == 0 && !options.to.empty()) {
    return Error{Errc::usage, say(tr("{0} has {1} photos. Nothing was fetched: say which one with "
                                     "--number, or leave --to away to get all."),
                                  found.sighting.short_id, count)};
  }
  return found;
}

/// On a slow connection it takes longer than one sync waits; what has come is not fetched twice.
Result<Bytes> fetch(Context& context, Engine& engine) {
  constexpr int syncs_max = 10;
  for (int i = 1;; ++i) {
    TRY(const SyncReport report, context.sync(engine));
    auto photo = engine.core().take_photo();
    if (photo.ok() || photo.error().code != Errc::unreachable) return photo;
    if (!report.reached || i == syncs_max) return report.trouble.value_or(photo.error());
  }
}

Status get_one(Context& context, Engine& engine, const FoundSighting& found, std::size_t number,
               const std::string& file) {
  CHECK(check_absent(file));
  const SightingView& sighting = found.sighting;
  CHECK(engine.core().fetch_photo(found.group.id, sighting.report.sender,
                                  sighting.photos.at(number - 1).id));
  TRY(const Bytes photo, fetch(context, engine));
  CHECK(write_new_file(file, photo));
  const auto bytes = static_cast<std::uint32_t>(photo.size());
  if (context.out().json()) {
    context.out().record(
        "photo",
        {{"sighting", sighting.short_id}, {"number", number}, {"bytes", bytes}, {"file", file}});
  } else {
    context.out().line(say(tr("{0}  photo {1}, {2}, is in {3}"), sighting.short_id, number,
                           size_text(bytes), one_line(file)));
  }
  return Ok{};
}

Result<ExitCode> run_get(Context& context, const GetOptions& options) {
  if (!options.to.empty()) CHECK(check_absent(options.to));
  TRY(const auto engine, context.open());
  TRY(const FoundSighting found, find_with_photos(context, *engine, options));
  const std::size_t count = found.sighting.photos.size();
  const std::string& name = found.sighting.short_id;
  for (std::size_t number = 1; number <= count; ++number) {
    if (options.number != 0 && options.number != number) continue;
    const std::string usual =
        count == 1 ? name + ".jpg" : name + "-" + std::to_string(number) + ".jpg";
    CHECK(get_one(context, *engine, found, number, options.to.empty() ? usual : options.to));
  }
  context.out().say(tr(
      "What is in a file is outside the vault: it does not go with the sighting, and whoever has "
      "this device can see it. Erasing it is up to you."));
  return ExitCode::done;
}

}  // namespace

Action define_photo_list(CLI::App& app) {
  auto group = std::make_shared<std::string>();
  app.add_option("group", *group, tr("Only this group's"))->type_name("GROUP");
  return [group](Context& context) { return run_list(context, *group); };
}

Action define_photo_get(CLI::App& app) {
  auto options = std::make_shared<GetOptions>();
  app.add_option("id", options->id, tr("The sighting, as photo list shows it"))
      ->type_name("ID")
      ->required();
  app.add_option("--number", options->number, tr("Which of its photos; without it, all"))
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  app.add_option("--to", options->to,
                 tr("Into this file, which must not exist yet; without it, ID.jpg"))
      ->type_name("FILE");
  return [options](Context& context) { return run_get(context, *options); };
}

}  // namespace porchlight::client
