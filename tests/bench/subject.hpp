// The relay that is measured: the real porchlightd on a fresh data folder, with session tokens
// minted from its own keys before it starts.
#pragma once

#include <sys/types.h>

#include <deque>
#include <filesystem>

#include "proto/base/result.hpp"
#include "proto/wire/relay.pb.h"
#include "proto/wire/relay_address.hpp"

namespace porchlight::bench {

/// What the relay's process has used.
struct Use {
  double cpu_seconds = 0;  // all threads, from schedstat
  double rss_kib = 0;
};

class Subject {
 public:
  /// `program` is porchlightd; `at` must be in 127/8 ('usage' otherwise: this is no weapon).
  static Result<std::unique_ptr<Subject>> start(const std::filesystem::path& program,
                                                const wire::HostPort& at, std::size_t tokens);
  /// Stops the relay and removes its folder.
  ~Subject();

  const wire::RelayAddress& address() const { return address_; }
  /// A token nobody has spent; asserts when they are used up.
  wire::Token take_token();
  std::size_t tokens_left() const { return tokens_.size(); }
  Use use() const;

 private:
  explicit Subject(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Status launch(const std::filesystem::path& program);

  std::filesystem::path folder_;
  wire::RelayAddress address_;
  std::deque<wire::Token> tokens_;
  pid_t pid_ = -1;
};

}  // namespace porchlight::bench
