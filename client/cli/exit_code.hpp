// What a command's exit status says; scripts rely on the numbers.
#pragma once

#include "proto/base/result.hpp"

namespace porchlight::client {

enum class ExitCode : int {
  done = 0,
  failure = 1,
  usage = 2,
  locked = 3,  // or wrong passphrase
  not_permitted = 4,
  queued = 5,   // kept here, not yet stored at the relay
  refused = 6,  // or the relay is full
  security = 7,
  not_found = 8,  // or expired
  update_needed = 9,
};

ExitCode exit_code_of(Errc code);

/// The word that programs see in --json.
const char* name_of(Errc code);

}  // namespace porchlight::client
