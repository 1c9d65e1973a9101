#include "relay/server/log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

namespace porchlight::relay {

Result<std::shared_ptr<spdlog::logger>> make_log(const Config& config) {
  std::vector<spdlog::sink_ptr> sinks{std::make_shared<spdlog::sinks::stderr_color_sink_mt>()};
  try {
    if (!config.log_file.empty()) {
      sinks.push_back(std::make_shared<spdlog::sinks::basic_file_sink_mt>(config.log_file));
    }
  } catch (const spdlog::spdlog_ex&) {
    return Error{Errc::storage, "The log file named in porchlightd.toml cannot be written."};
  }
  auto log = std::make_shared<spdlog::logger>("porchlightd", sinks.begin(), sinks.end());
  log->set_pattern("%Y-%m-%dT%H:%M:%SZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  log->set_level(
      spdlog::level::from_str(config.log_level == "warn" ? "warning" : config.log_level));
  log->flush_on(spdlog::level::info);
  return log;
}

}  // namespace porchlight::relay
