#include "relay/server/backup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "relay/server/data_folder.hpp"
#include "relay/store/sqlite_backup.hpp"

namespace porchlight::relay {
namespace {

using std::filesystem::path;

/// A new file that goes unless it was kept.
class Unfinished {
 public:
  static Result<Unfinished> make(path file) {
    const FileHandle handle{
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!handle.ok()) return file_error(say(tr("The file {} could not be made"), file.string()));
    return Unfinished(std::move(file));
  }
  Unfinished(Unfinished&& other) noexcept : file_(std::exchange(other.file_, {})) {}
  Unfinished& operator=(Unfinished&&) = delete;
  ~Unfinished() {
    if (!file_.empty()) ::unlink(file_.c_str());
  }
  const path& file() const { return file_; }
  void keep() { file_.clear(); }

 private:
  explicit Unfinished(path file) : file_(std::move(file)) {}
  path file_;
};

Error no_backup(const path& file, const Error& why) {
  return {why.code,
          say(tr("No backup was made: {0} The relay is as it was, and nothing is left of {1}."),
              why.what, file.string())};
}

Error not_restored(const path& file, const Error& why) {
  return {why.code, say(tr("Nothing was restored from {0}: {1}"), file.string(), why.what)};
}

bool is_there(const path& file) {
  std::error_code failed;
  return std::filesystem::exists(std::filesystem::symlink_status(file, failed));
}

/// The names are free, and the relay keeps the room it needs on its disk, should it be the same.
Status check_place(const path& file, const path& beside, const DataFolder& folder) {
  if (is_there(file)) {
    return Error{
        Errc::usage,
        say(tr("{} exists already, and is not overwritten. No backup was made: give another name."),
            file.string())};
  }
  if (is_there(beside)) {
    return Error{Errc::usage, say(tr("{} is in the way: a backup that was cut short may have left "
                                     "it. No backup was made: delete it, or give another name."),
                                  beside.string())};
  }
  std::error_code failed;
  const auto space = std::filesystem::space(file.parent_path(), failed);
  const std::uint64_t needed = folder.used_bytes().value_or(0) + limits::disk_reserve_bytes;
  if (failed || space.available >= needed) return Ok{};
  return Error{
      Errc::full,
      say(tr("There is too little room in {0} for a backup: it takes up to {1} MiB with what must "
             "stay free. No backup was made: make room, or write it to another disk."),
          file.parent_path().string(), needed / (1024 * 1024) + 1)};
}

Result<BackupRest> rest_of(const DataFolder& folder, wire::TimePoint now) {
  TRY(SigningSeed identity, folder.identity_seed());
  TRY(TokenSecret token_secret, folder.token_secret());
  CHECK(folder.config());  // only what can be started is worth keeping
  TRY(std::string text, folder.config_text());
  return BackupRest{std::move(identity), std::move(token_secret), std::move(text), now};
}

}  // namespace

Result<std::uint64_t> back_up_relay(const path& data, const path& file, wire::TimePoint now) {
  TRY(const DataFolder folder, DataFolder::open(data));
  TRY(const BackupRest rest, rest_of(folder, now));
  std::error_code failed;
  const path whole = std::filesystem::absolute(file, failed);
  if (failed) return Error{Errc::usage, tr("The name of the backup is not possible.")};
  const path beside = whole.string() + ".new";
  CHECK(check_place(whole, beside, folder));
  const auto unfinished = Unfinished::make(beside);
  if (!unfinished.ok()) return no_backup(whole, unfinished.error());
  Status done = write_sqlite_backup(folder.store(), beside, rest);
  if (done.ok()) done = keep_new_file(beside, whole);
  if (!done.ok()) return no_backup(whole, done.error());
  const auto size = std::filesystem::file_size(whole, failed);
  return failed ? std::uint64_t{0} : std::uint64_t{size};
}

Result<RestoredRelay> restore_relay(const path& file, const path& data, Random& random) {
  auto read = read_sqlite_backup(file);
  if (!read.ok()) return not_restored(file, read.error());
  const BackupRest rest = std::move(read).value();
  const auto config = parse_config(rest.config);
  if (!config.ok()) return not_restored(file, config.error());
  TRY(const DataFolder folder, DataFolder::make_empty(data));
  TRY(Unfinished store, Unfinished::make(folder.store()));
  Status done = restore_sqlite_backup(file, store.file(), random.fixed<Incarnation>());
  if (done.ok()) done = sync_file(store.file());
  if (!done.ok()) return not_restored(file, done.error());
  store.keep();  // from here on what is there is whole, or no relay
  CHECK(folder.fill(rest.config, rest.identity, rest.token_secret));
  const SigningKey identity(rest.identity);
  return RestoredRelay{{wire::relay_identity(identity.verify_key()), config->host}, rest.made};
}

}  // namespace porchlight::relay
