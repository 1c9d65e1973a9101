#include "client/vault/lock.hpp"

#include "proto/base/translate.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

namespace porchlight::client {
namespace {

using std::filesystem::path;

constexpr auto poll_interval = std::chrono::milliseconds(25);
/// Several times the interval at which those who wait look.
constexpr auto head_start = std::chrono::milliseconds(150);

path lock_file(const path& folder) { return folder / "vault.lock"; }
path bell_file(const path& folder) { return folder / "vault.bell"; }

Error storage_error(const path& where, const char* sentence) {
  return Error{Errc::storage, say(sentence, where.string(), std::strerror(errno))};
}

void ring(const path& folder) {
  // Without a reader there is nobody to step aside: the holder is a short command.
  const FileHandle bell{open(bell_file(folder).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)};
  if (bell) (void)!write(bell.get(), "", 1);
}

}  // namespace

FileHandle::~FileHandle() {
  if (fd_ >= 0) close(fd_);
}

Status prepare_vault_folder(const path& folder) {
  std::error_code failed;
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), failed);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return storage_error(folder, tr("Cannot make the folder {0}: {1}. Nothing was changed."));
  }
  struct stat info {};
  if (stat(folder.c_str(), &info) != 0)
    return storage_error(folder, tr("Cannot look at {0}: {1}. Nothing was changed."));
  if (!S_ISDIR(info.st_mode)) {
    return Error{Errc::storage,
                 say(tr("{} is not a folder. Choose another with --vault."), folder.string())};
  }
  if (info.st_uid != geteuid()) {
    return Error{
        Errc::storage,
        say(tr("{} belongs to another user of this computer. Choose another folder with --vault."),
            folder.string())};
  }
  if ((info.st_mode & 077) != 0) {
    return Error{Errc::storage,
                 say(tr("Other users of this computer may enter {0}. Close it with: chmod 700 {0}"),
                     folder.string())};
  }
  return Ok{};
}

Result<VaultLock> VaultLock::acquire(const path& folder, std::chrono::milliseconds patience,
                                     Manner manner, const std::function<void()>& on_wait) {
  CHECK(prepare_vault_folder(folder));
  if (manner == Manner::step_aside) std::this_thread::sleep_for(head_start);
  FileHandle file{open(lock_file(folder).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!file)
    return storage_error(lock_file(folder), tr("Cannot open {0}: {1}. Nothing was changed."));
  const auto deadline = std::chrono::steady_clock::now() + patience;
  bool waiting = false;
  while (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return storage_error(lock_file(folder), tr("Cannot lock {0}: {1}. Nothing was changed."));
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return Error{
          Errc::locked,
          tr("Another porchlight command is still using this vault. Nothing was done: wait for "
             "it to end, or end it, and try again.")};
    }
    if (!waiting && on_wait) on_wait();
    waiting = true;
    if (manner == Manner::ring) ring(folder);
    std::this_thread::sleep_for(poll_interval);
  }
  return VaultLock{folder, std::move(file)};
}

Result<VaultBell> VaultBell::hang(const path& folder) {
  const path where = bell_file(folder);
  if (mkfifo(where.c_str(), 0600) != 0 && errno != EEXIST) {
    return storage_error(where, tr("Cannot make {0}: {1}. Nothing was changed."));
  }
  // Read and write, so that it never reports an end of file when a ringing process leaves.
  FileHandle file{open(where.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)};
  struct stat info {};
  if (!file || fstat(file.get(), &info) != 0)
    return storage_error(where, tr("Cannot open {0}: {1}. Nothing was changed."));
  if (!S_ISFIFO(info.st_mode)) {
    return Error{Errc::storage,
                 say(tr("{} is in the way. Remove it and try again."), where.string())};
  }
  VaultBell bell{std::move(file)};
  bell.silence();
  return bell;
}

void VaultBell::silence() const {
  char rings[256];
  while (read(file_.get(), rings, sizeof rings) > 0) {
  }
}

}  // namespace porchlight::client
