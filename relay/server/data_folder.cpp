#include "relay/server/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "proto/base/translate.hpp"
#include "proto/crypto/random.hpp"

namespace porchlight::relay {
namespace {

constexpr std::size_t config_bytes_max = 256 * 1024;
const char* bring_back() {
  return tr(
      "Nothing was changed. Bring the relay back from a backup with porchlightd restore, in a new "
      "folder.");
}

Status make_empty_folder(const DataFolder& folder) {
  const std::filesystem::path& path = folder.path();
  if (::mkdir(path.c_str(), 0700) == 0) return sync_folder(path.parent_path());
  if (errno != EEXIST) return file_error(say(tr("The folder {} could not be made"), path.string()));
  std::error_code failed;
  if (!std::filesystem::is_empty(path, failed) || failed) {
    const bool relay = std::filesystem::exists(folder.identity_file(), failed);
    return Error{Errc::usage,
                 say(relay ? tr("The folder {} is not empty. Nothing was changed: choose a new "
                                "folder, or start the relay that is in it with porchlightd run.")
                           : tr("The folder {} is not empty. Nothing was changed: choose a new "
                                "folder, or empty it, if all that is in it is from an init or "
                                "restore that was cut short."),
                     path.string())};
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
    return file_error(say(tr("{} could not be examined"), path.string()));
  }
  if (info.st_uid != ::geteuid()) {
    return Error{Errc::usage, say(tr("{} belongs to another user. Run porchlightd as that user, or "
                                     "give it to this one with chown."),
                                  path.string())};
  }
  if ((info.st_mode & 077) != 0) {
    const char* mode = S_ISDIR(info.st_mode) ? "700 " : "600 ";
    return Error{Errc::usage,
                 say(tr("{0} can be read by other users. Run: chmod {1}{0}"), path.string(), mode)};
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
  if (failed) return Error{Errc::usage, tr("The path of the data folder is not possible.")};
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
    return Error{
        Errc::not_found,
        say(tr("There is no relay in {0}. Make one with: porchlightd init --data {0} --host HOST"),
            path.string())};
  }
  CHECK(check_private(folder.path_));
  CHECK(check_private(folder.identity_file()));
  return folder;
}

Result<FileHandle> DataFolder::lock() const {
  const auto path = path_ / "lock";
  FileHandle handle{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!handle.ok()) return file_error(say(tr("The file {} could not be opened"), path.string()));
  if (::flock(handle.get(), LOCK_EX | LOCK_NB) != 0) {
    return Error{Errc::locked,
                 say(tr("Another porchlightd is using {}. Stop it first; nothing was changed."),
                     path_.string())};
  }
  return handle;
}

Result<SigningSeed> DataFolder::identity_seed() const {
  auto seed = read_secret<SigningSeed>(identity_file());
  if (seed.ok() || seed.error().code != Errc::malformed) return seed;
  return Error{Errc::storage, say(tr("The relay's identity ({0}) is damaged, and without it every "
                                     "client refuses this relay. {1}"),
                                  identity_file().string(), bring_back())};
}

Result<TokenSecret> DataFolder::token_secret() const {
  auto secret = read_secret<TokenSecret>(token_secret_file());
  if (secret.ok()) return secret;
  if (secret.error().code == Errc::not_found) {
    return Error{Errc::storage,
                 say(tr("There is no token secret ({0}): it was lost, or the folder was made by a "
                        "porchlightd from before the first release. With another one every client "
                        "would warn of this relay. {1}"),
                     token_secret_file().string(), bring_back())};
  }
  if (secret.error().code != Errc::malformed) return secret;
  return Error{Errc::storage, say(tr("The relay's token secret ({0}) is damaged. With another one "
                                     "every client would warn of this relay. {1}"),
                                  token_secret_file().string(), bring_back())};
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
