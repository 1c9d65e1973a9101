// The relay's log: counts and kinds, to stderr and to a file where one is configured. It never says
// who: no mailbox, account, token, envelope or network address goes through here.
#pragma once

#include <spdlog/logger.h>

#include <memory>

#include "proto/base/result.hpp"
#include "relay/server/config.hpp"

namespace porchlight::relay {

/// Safe to use from any thread. 'storage' when the file cannot be written.
Result<std::shared_ptr<spdlog::logger>> make_log(const Config& config);

}  // namespace porchlight::relay
