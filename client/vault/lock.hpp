// Who may use a vault: one process at a time, held by flock() on a file beside it, so that a crash
// gives it back by itself. A process that holds it for long (`listen`) leaves a bell out: whoever
// waits rings, and it steps aside.
// Must not know: what is in the vault.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>

#include "proto/base/result.hpp"

namespace porchlight::client {

/// An open file descriptor that closes itself. -1 is none.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int fd) : fd_(fd) {}
  FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileHandle();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// The folder of a vault, made (0700) where it is missing. 'storage' when it cannot be made, is not
/// this user's, or is open to others.
Status prepare_vault_folder(const std::filesystem::path& folder);

class VaultLock {
 public:
  enum class Manner : std::uint8_t {
    ring,        // asks a holder that listens to step aside
    step_aside,  // lets those who rang go first, and does not ring
  };
  /// Waits up to `patience` while another process holds the lock; calls `on_wait` once, when the
  /// wait begins. 'locked' when the time is over, 'storage' when the folder is not usable.
  static Result<VaultLock> acquire(const std::filesystem::path& folder,
                                   std::chrono::milliseconds patience, Manner manner,
                                   const std::function<void()>& on_wait);

  const std::filesystem::path& folder() const { return folder_; }

 private:
  VaultLock(std::filesystem::path folder, FileHandle file)
      : folder_(std::move(folder)), file_(std::move(file)) {}

  std::filesystem::path folder_;
  FileHandle file_;
};

/// What a long-running holder of the lock listens to: a FIFO that becomes readable when another
/// process waits for the vault.
class VaultBell {
 public:
  /// 'storage' when the FIFO cannot be made.
  static Result<VaultBell> hang(const std::filesystem::path& folder);

  /// Becomes readable when somebody waits. Lives as long as the bell.
  int descriptor() const { return file_.get(); }
  /// Forgets what has rung so far.
  void silence() const;

 private:
  explicit VaultBell(FileHandle file) : file_(std::move(file)) {}

  FileHandle file_;
};

}  // namespace porchlight::client
