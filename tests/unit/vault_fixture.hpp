// Vaults on real files in a folder of their own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "client/vault/vault.hpp"

namespace porchlight::client {

using namespace std::chrono_literals;
using std::filesystem::path;

class VaultTest : public testing::Test {
 protected:
  VaultTest() {
    crypto_init();
    std::string name =
        (std::filesystem::temp_directory_path() / "porchlight-vault-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    base_ = name;
  }
  ~VaultTest() override { std::filesystem::remove_all(base_); }

  path folder() const { return base_ / "vault"; }
  path file() const { return folder() / "vault.db"; }

  VaultLock lock() {
    auto lock = VaultLock::acquire(folder(), 0ms, VaultLock::Manner::ring, {});
    EXPECT_TRUE(lock.ok()) << lock.error().what;
    return *std::move(lock);
  }
  Vault create(std::string_view passphrase = "correct horse") {
    auto vault = Vault::create(lock(), as_bytes(passphrase), PasswordCost::minimum(), random_);
    EXPECT_TRUE(vault.ok()) << vault.error().what;
    return *std::move(vault);
  }
  Result<Vault> open(std::string_view passphrase = "correct horse") {
    return Vault::open(lock(), as_bytes(passphrase), random_);
  }
  /// The error of whatever fails first: opening or reading.
  std::optional<Errc> damage() {
    auto vault = open();
    if (!vault.ok()) return vault.error().code;
    auto records = vault->read_all();
    if (!records.ok()) return records.error().code;
    return std::nullopt;
  }

  static Write put(Table table, std::string_view key, std::string_view value) {
    return Write{table, to_bytes(as_bytes(key)), SecretBytes(as_bytes(value))};
  }
  static Write erase(Table table, std::string_view key) {
    return Write{table, to_bytes(as_bytes(key)), std::nullopt};
  }
  template <class... Writes>
  static Status apply(Vault& vault, Writes... writes) {
    std::vector<Write> all;
    (all.push_back(std::move(writes)), ...);
    return vault.apply(all);
  }
  static std::vector<std::string> contents(Vault& vault) {
    auto records = vault.read_all();
    EXPECT_TRUE(records.ok());
    std::vector<std::string> lines;
    for (const Record& record : *records) {
      lines.push_back(std::to_string(static_cast<int>(record.table)) + " " + to_string(record.key) +
                      "=" + to_string(record.value.reveal()));
    }
    return lines;
  }
  static std::string read_file(const path& from) {
    std::ostringstream text;
    text << std::ifstream(from, std::ios::binary).rdbuf();
    return text.str();
  }
  static void flip(const path& where, std::size_t offset) {
    std::fstream stream(where, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(offset));
    const int byte = stream.get();
    stream.seekp(static_cast<std::streamoff>(offset));
    stream.put(static_cast<char>(byte ^ 1));
  }
  static mode_t mode_of(const path& where) {
    struct stat info {};
    EXPECT_EQ(stat(where.c_str(), &info), 0);
    return info.st_mode & 0777;
  }

  SystemRandom random_;
  path base_;
};

}  // namespace porchlight::client
