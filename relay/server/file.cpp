#include "relay/server/file.hpp"

#include "proto/base/translate.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace porchlight::relay {
namespace {

bool write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::write(fd, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(size));
  }
  return true;
}

// Half a file would be in the way of the next try.
Error without(const std::filesystem::path& file, Error error) {
  ::unlink(file.c_str());
  return error;
}

/// Under its own name, durably.
Status link_new_file(const std::filesystem::path& beside, const std::filesystem::path& path) {
  // link(2), unlike rename(2), never replaces what is there.
  if (::link(beside.c_str(), path.c_str()) != 0) {
    return without(beside, file_error(say(tr("The file {} could not be written"), path.string())));
  }
  ::unlink(beside.c_str());
  return sync_folder(path.parent_path());
}

}  // namespace

Status sync_folder(const std::filesystem::path& folder) {
  const FileHandle handle{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!handle.ok() || ::fsync(handle.get()) != 0) {
    return file_error(say(tr("The folder {} could not be written"), folder.string()));
  }
  return Ok{};
}

FileHandle::~FileHandle() {
  if (fd_ >= 0) ::close(fd_);
}

Error file_error(const std::string& what) {
  const int reason = errno;
  const Errc code = reason == ENOSPC || reason == EDQUOT ? Errc::full
                    : reason == ENOENT                   ? Errc::not_found
                                                         : Errc::storage;
  return {code, what + ": " + std::strerror(reason) + "."};
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
  const FileHandle handle{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat info {};
  if (!handle.ok() || ::fstat(handle.get(), &info) != 0) {
    return file_error(say(tr("The file {} could not be read"), path.string()));
  }
  if (!S_ISREG(info.st_mode) || static_cast<std::size_t>(info.st_size) > bytes_max) {
    return Error{Errc::too_large, say(tr("The file {} is not what it should be."), path.string())};
  }
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t size = ::read(handle.get(), bytes.data() + done, bytes.size() - done);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return file_error(say(tr("The file {} could not be read"), path.string()));
    if (size == 0) break;
    done += static_cast<std::size_t>(size);
  }
  bytes.resize(done);
  return bytes;
}

Status write_new_file(const std::filesystem::path& path, ByteView bytes) {
  const std::filesystem::path beside = path.string() + ".new";
  const std::string failed = say(tr("The file {} could not be written"), path.string());
  {
    const FileHandle handle{
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!handle.ok()) return file_error(failed);
    if (!write_all(handle.get(), bytes) || ::fsync(handle.get()) != 0) {
      return without(beside, file_error(failed));
    }
  }
  return link_new_file(beside, path);
}

Status keep_new_file(const std::filesystem::path& beside, const std::filesystem::path& path) {
  if (const Status synced = sync_file(beside); !synced.ok()) return without(beside, synced.error());
  return link_new_file(beside, path);
}

Status sync_file(const std::filesystem::path& file) {
  const FileHandle handle{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!handle.ok() || ::fsync(handle.get()) != 0) {
    return file_error(say(tr("The file {} could not be written"), file.string()));
  }
  return Ok{};
}

}  // namespace porchlight::relay
