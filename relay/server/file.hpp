// Small files that must survive a power cut whole, and that nobody else may read.
#pragma once

#include <filesystem>
#include <string>

#include "proto/base/bytes.hpp"
#include "proto/base/result.hpp"

namespace porchlight::relay {

/// An open file descriptor, closed when it goes.
class FileHandle {
 public:
  explicit FileHandle(int fd = -1) : fd_(fd) {}
  FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileHandle();

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// The whole file; 'not_found', 'too_large' above `bytes_max`, 'storage' otherwise.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max);

/// A new file with mode 0600: written beside, fsynced, renamed, and the folder fsynced, so that
/// after a power cut there is all of it or none. 'storage' or 'full' when it fails, and then
/// nothing of it is left; it must not exist.
Status write_new_file(const std::filesystem::path& path, ByteView bytes);

/// The same for a file that was written beside it by other means; `beside` goes in any case.
Status keep_new_file(const std::filesystem::path& beside, const std::filesystem::path& path);

/// After this a power cut takes nothing of the file's bytes.
Status sync_file(const std::filesystem::path& file);

/// After this a power cut takes none of the folder's entries.
Status sync_folder(const std::filesystem::path& folder);

/// "what: reason", for a person, from errno as it is now.
Error file_error(const std::string& what);

}  // namespace porchlight::relay
