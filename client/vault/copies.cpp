// Backups of a vault, putting one back, and destroying a vault.
#include <SQLiteCpp/Backup.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "client/vault/vault_state.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using std::filesystem::path;

constexpr std::size_t chunk_bytes = 64 * 1024;

path journal_of(const path& file) { return file.string() + "-journal"; }

std::array<path, 4> files_of(const path& folder) {
  return {vault_file(folder), journal_of(vault_file(folder)), new_vault_file(folder),
          journal_of(new_vault_file(folder))};
}

void remove_with_journal(const path& file) {
  unlink(file.c_str());
  unlink(journal_of(file).c_str());
}

Error no_backup(const path& file, const SQLite::Exception& failure) {
  switch (failure.getErrorCode()) {
    case SQLITE_NOTADB:
    case SQLITE_ERROR:
      return {Errc::malformed, say(tr("{} is not a backup of a vault. Nothing was changed: look "
                                      "for the file that porchlight vault backup made."),
                                   file.string())};
    case SQLITE_CORRUPT:
      return {Errc::malformed, say(tr("{} is damaged, or not whole. Nothing was changed: copy it "
                                      "again, or use another backup."),
                                   file.string())};
    default:
      return {Errc::storage, say(tr("{0} could not be read ({1}). Nothing was changed."),
                                 file.string(), failure.getErrorStr())};
  }
}

Status copy_bytes(const path& from, const path& to) {
  const auto cannot = [](const char* sentence, const path& file) {
    const Errc code = errno == ENOSPC || errno == EDQUOT ? Errc::full : Errc::storage;
    return Error{code, say(sentence, file.string(), std::strerror(errno))};
  };
  const FileHandle in{open(from.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!in) return cannot(tr("Cannot read {0}: {1}. Nothing was changed."), from);
  CHECK(make_private_file(to));
  const FileHandle out{open(to.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!out) return cannot(tr("Cannot write {0}: {1}. Nothing was changed."), to);
  Bytes chunk(chunk_bytes);
  for (;;) {
    const ssize_t got = read(in.get(), chunk.data(), chunk.size());
    if (got == 0) break;
    if (got < 0) return cannot(tr("Cannot read {0}: {1}. Nothing was changed."), from);
    for (ssize_t done = 0; done < got;) {
      const ssize_t put =
          write(out.get(), chunk.data() + done, static_cast<std::size_t>(got - done));
      if (put <= 0) return cannot(tr("Cannot write {0}: {1}. Nothing was changed."), to);
      done += put;
    }
  }
  return sync_file(to);
}

// ---- overwriting ----------------------------------------------------------------------------

/// Zeros from `begin` to `end`, durable before this returns.
bool overwrite(const FileHandle& file, off_t begin, off_t end) {
  const std::array<char, 4096> zeros{};
  while (begin < end) {
    const auto size = std::min<off_t>(end - begin, static_cast<off_t>(zeros.size()));
    const ssize_t put = pwrite(file.get(), zeros.data(), static_cast<std::size_t>(size), begin);
    if (put <= 0) return false;
    begin += put;
  }
  return fsync(file.get()) == 0;
}

/// One of a vault's files, while it is destroyed.
struct Doomed {
  explicit Doomed(path where)
      : name(std::move(where)), file(open(name.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW)) {
    struct stat info {};
    there = lstat(name.c_str(), &info) == 0;
    if (file && fstat(file.get(), &info) == 0) size = info.st_size;
  }
  path name;
  FileHandle file;
  bool there = false;
  off_t size = 0;
};

}  // namespace

Status Vault::back_up(const path& file) {
  if (Status made = make_private_file(file); !made.ok()) {
    Error error = std::move(made).error();
    error.what = say(tr("{} No backup was made: give another name, or make room."), error.what);
    return error;
  }
  Status result = Ok{};
  try {
    SQLite::Database copy(file.string(), SQLite::OPEN_READWRITE);
    SQLite::Backup backup(copy, state_->db);
    if (backup.executeStep(-1) != SQLITE_DONE) {
      result =
          Error{Errc::storage,
                tr("The backup could not be written: another program holds its file. Nothing was "
                   "left of it, and the vault is as it was.")};
    }
  } catch (const SQLite::Exception& failure) {
    const bool full = failure.getErrorCode() == SQLITE_FULL;
    result = Error{full ? Errc::full : Errc::storage,
                   say(tr("The backup could not be written ({}). Nothing was left of it, and the "
                          "vault is as it was."),
                       failure.getErrorStr())};
  }
  if (result.ok()) result = sync_file(file);
  if (!result.ok()) remove_with_journal(file);
  return result;
}

Status Vault::check_restore(const path& folder, const path& file) {
  if (exists(folder)) {
    return Error{
        Errc::conflict,
        say(tr("There is a vault in {} already. Nothing was changed: choose another folder with "
               "--vault DIR, or destroy this one first with porchlight vault wipe."),
            folder.string())};
  }
  struct stat info {};
  if (stat(file.c_str(), &info) != 0) {
    return Error{
        errno == ENOENT ? Errc::not_found : Errc::storage,
        say(tr("Cannot read {0}: {1}. Nothing was changed."), file.string(), std::strerror(errno))};
  }
  try {
    SQLite::Database db(file.string(), SQLite::OPEN_READONLY);
    if (auto header = read_header(db); !header.ok()) {
      if (header.error().code != Errc::update_needed) throw SQLite::Exception("", SQLITE_NOTADB);
      return Error{Errc::update_needed,
                   tr("This backup was made by a newer porchlight: update this one. Nothing was "
                      "changed.")};
    }
    db.exec("SELECT count(*) FROM records");
  } catch (const SQLite::Exception& failure) {
    return no_backup(file, failure);
  }
  return Ok{};
}

Result<Vault> Vault::stage(VaultLock lock, const path& backup, ByteView passphrase,
                           Random& random) {
  const path folder = lock.folder();
  CHECK(check_restore(folder, backup));
  const path copy = new_vault_file(folder);
  remove_with_journal(copy);
  Status copied = copy_bytes(backup, copy);
  auto staged = copied.ok() ? open_file(std::move(lock), copy, passphrase, random)
                            : Result<Vault>(std::move(copied).error());
  if (!staged.ok()) {
    remove_with_journal(copy);
    Error error = std::move(staged).error();
    if (error.code == Errc::wrong_passphrase) {
      error.what = tr(
          "The passphrase is wrong, or the backup is damaged: the two cannot be told apart. It "
          "takes the passphrase that the vault had when the backup was made. Nothing was changed.");
    }
    return error;
  }
  return staged;
}

Status Vault::put_in_place() {
  CHECK(publish(state_->file, vault_file(folder())));
  state_->file = vault_file(folder());
  return Ok{};
}

bool Vault::has_remains(const path& folder) {
  const auto files = files_of(folder);
  return std::any_of(files.begin(), files.end(), [](const path& file) {
    std::error_code ignored;
    return std::filesystem::exists(file, ignored);
  });
}

Status Vault::wipe(const VaultLock& lock) {
  const path folder = lock.folder();
  std::vector<Doomed> all;
  for (const path& file : files_of(folder)) all.emplace_back(file);
  std::string kept;
  // What opens all the rest first: without it the rest is noise, whatever happens next.
  for (const Doomed& doomed : all) {
    const off_t begin = std::min<off_t>(doomed.size, chunk_bytes);
    if (doomed.there && (!doomed.file || !overwrite(doomed.file, 0, begin))) {
      kept = doomed.name.string();
    }
  }
  for (const Doomed& doomed : all) {
    if (doomed.file && !overwrite(doomed.file, 0, doomed.size)) kept = doomed.name.string();
  }
  std::string left;
  for (const Doomed& doomed : all) {
    if (doomed.there && unlink(doomed.name.c_str()) != 0) left = doomed.name.string();
  }
  unlink((folder / "vault.bell").c_str());
  const FileHandle opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!opened || fsync(opened.get()) != 0) left = folder.string();
  if (kept.empty() && left.empty()) return Ok{};
  return Error{Errc::storage,
               kept.empty() ? say(tr("{} could not be erased: it may still be read by who has the "
                                     "passphrase. Whatever else there was is destroyed. Destroy "
                                     "the disk, or erase the file by other means."),
                                  left)
                            : say(tr("{} could not be overwritten: it may still be read by who has "
                                     "the passphrase. Whatever else there was is destroyed. "
                                     "Destroy the disk, or erase the file by other means."),
                                  kept)};
}

}  // namespace porchlight::client
