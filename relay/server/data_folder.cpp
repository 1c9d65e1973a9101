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
constexpr auto bring_back =
    "Nothing was changed. Bring the relay back from a backup with porchlightd restore, in a new "
    "folder.";

Status make_empty_folder(const DataFolder& folder) {
  const std::filesystem::path& path = folder.path();
  if (::mkdir(path.c_str(), 0700) == 0) return sync_folder(path.parent_path());
  if (errno != EEXIST) return file_error("The folder " + path.string() + " could not be made");
  std::error_code failed;
  if (!std::filesystem::is_empty(path, failed) || failed) {
    const bool relay = std::filesystem::exists(folder.identity_file(), failed);
    return Error{Errc::usage,
                 "The folder " + path.string() +
                     " is not empty. Nothing was changed: choose a new "
                     "folder, or " +
                     (relay ? "start the relay that is in it with porchlightd run."
                            : "empty it, if all that is in it is from an init or restore that was "
                              "cut short.")};
  }
  return check_private(path);
}

/// 'malformed' for one of another size.
template <class AnySecret>
Result<AnySecret> read_secret(const std::filesystem::path& file) {
  TRY(std::string bytes, read_file(file, AnySecret::size_bytes));
  auto secret = AnySecret::from(as_bytes(bytes));
  explicit_bzero(bytes.data(), bytes.size());
  if (!secret) return Error{Errc::malformed, ""};
  return std::move(*secret);
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
  TRY(DataFolder folder, make_empty(path));
  SystemRandom random;
  CHECK(folder.fill(render_config(config), random.secret<SigningSeed>(),
                    random.secret<TokenSecret>()));
  return folder;
}

Result<DataFolder> DataFolder::make_empty(const std::filesystem::path& path) {
  std::error_code failed;
  DataFolder folder{std::filesystem::absolute(path, failed)};
  if (failed) return Error{Errc::usage, "The path of the data folder is not possible."};
  CHECK(make_empty_folder(folder));
  return folder;
}

Status DataFolder::fill(std::string_view config_text, const SigningSeed& identity,
                        const TokenSecret& token_secret) const {
  CHECK(write_new_file(config_file(), as_bytes(config_text)));
  CHECK(write_new_file(token_secret_file(), token_secret.reveal()));
  return write_new_file(identity_file(), identity.reveal());
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
  auto seed = read_secret<SigningSeed>(identity_file());
  if (seed.ok() || seed.error().code != Errc::malformed) return seed;
  return Error{Errc::storage, "The relay's identity (" + identity_file().string() +
                                  ") is damaged, and without it every client refuses this relay. " +
                                  bring_back};
}

Result<TokenSecret> DataFolder::token_secret() const {
  auto secret = read_secret<TokenSecret>(token_secret_file());
  if (secret.ok()) return secret;
  if (secret.error().code == Errc::not_found) {
    return Error{Errc::storage, "There is no token secret (" + token_secret_file().string() +
                                    "): it was lost, or the folder was made by a porchlightd from "
                                    "before the first release. With another one every client "
                                    "would warn of this relay. " +
                                    bring_back};
  }
  if (secret.error().code != Errc::malformed) return secret;
  return Error{Errc::storage, "The relay's token secret (" + token_secret_file().string() +
                                  ") is damaged. With another one every client would warn of this "
                                  "relay. " +
                                  bring_back};
}

Result<Config> DataFolder::config() const {
  TRY(const std::string text, config_text());
  return parse_config(text);
}

Result<std::string> DataFolder::config_text() const {
  return read_file(config_file(), config_bytes_max);
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
