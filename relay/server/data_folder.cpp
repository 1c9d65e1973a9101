#include "relay/server/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "proto/crypto/random.hpp"

namespace porchlight::relay {
namespace {

constexpr std::size_t config_bytes_max = 256 * 1024;

Status make_empty_folder(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return sync_folder(path.parent_path());
  if (errno != EEXIST) return file_error("The folder " + path.string() + " could not be made");
  std::error_code failed;
  if (!std::filesystem::is_empty(path, failed) || failed) {
    return Error{Errc::usage, "The folder " + path.string() +
                                  " is not empty. Nothing was changed: choose a new folder, or "
                                  "start the relay that is in it with porchlightd run."};
  }
  return check_private(path);
}

}  // namespace

Status check_private(const std::filesystem::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    return file_error(path.string() + " could not be examined");
  }
  if (info.st_uid != ::geteuid()) {
    return Error{Errc::usage, path.string() +
                                  " belongs to another user. Run porchlightd as that user, or "
                                  "give it to this one with chown."};
  }
  if ((info.st_mode & 077) != 0) {
    const char* mode = S_ISDIR(info.st_mode) ? "700 " : "600 ";
    return Error{Errc::usage,
                 path.string() + " can be read by other users. Run: chmod " + mode + path.string()};
  }
  return Ok{};
}

Result<DataFolder> DataFolder::create(const std::filesystem::path& path, const Config& config) {
  std::error_code failed;
  DataFolder folder{std::filesystem::absolute(path, failed)};
  if (failed) return Error{Errc::usage, "The path of the data folder is not possible."};
  CHECK(make_empty_folder(folder.path_));
  SystemRandom random;
  const auto seed = random.secret<SigningSeed>();
  // The configuration first: a folder with an identity is a whole one.
  CHECK(write_new_file(folder.config_file(), as_bytes(render_config(config))));
  CHECK(write_new_file(folder.identity_file(), seed.reveal()));
  return folder;
}

Result<DataFolder> DataFolder::open(const std::filesystem::path& path) {
  std::error_code failed;
  DataFolder folder{std::filesystem::absolute(path, failed)};
  if (failed || !std::filesystem::exists(folder.identity_file(), failed)) {
    return Error{Errc::not_found, "There is no relay in " + path.string() +
                                      ". Make one with: porchlightd init --data " + path.string() +
                                      " --host HOST"};
  }
  CHECK(check_private(folder.path_));
  CHECK(check_private(folder.identity_file()));
  return folder;
}

Result<FileHandle> DataFolder::lock() const {
  const auto path = path_ / "lock";
  FileHandle handle{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!handle.ok()) return file_error("The file " + path.string() + " could not be opened");
  if (::flock(handle.get(), LOCK_EX | LOCK_NB) != 0) {
    return Error{Errc::locked, "Another porchlightd is using " + path_.string() +
                                   ". Stop it first; nothing was changed."};
  }
  return handle;
}

Result<SigningSeed> DataFolder::identity_seed() const {
  TRY(std::string bytes, read_file(identity_file(), SigningSeed::size_bytes));
  auto seed = SigningSeed::from(as_bytes(bytes));
  explicit_bzero(bytes.data(), bytes.size());
  if (!seed) {
    return Error{Errc::storage, "The relay's identity (" + identity_file().string() +
                                    ") is damaged. Restore it from a backup: without it every "
                                    "client refuses this relay."};
  }
  return std::move(*seed);
}

Result<Config> DataFolder::config() const {
  TRY(const std::string text, read_file(config_file(), config_bytes_max));
  return parse_config(text);
}

std::optional<std::uint64_t> DataFolder::free_bytes() const {
  std::error_code failed;
  const auto space = std::filesystem::space(path_, failed);
  if (failed) return std::nullopt;
  return space.available;
}

std::optional<std::uint64_t> DataFolder::used_bytes() const {
  std::error_code failed;
  std::uint64_t total = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path_, failed)) {
    std::error_code gone;  // the write-ahead log comes and goes
    if (!entry.is_regular_file(gone)) continue;
    const auto size = entry.file_size(gone);
    if (!gone) total += size;
  }
  if (failed) return std::nullopt;
  return total;
}

}  // namespace porchlight::relay
