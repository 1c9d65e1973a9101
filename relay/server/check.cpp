#include "relay/server/check.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timex.h>

#include "proto/base/translate.hpp"
#include "proto/net/authority.hpp"
#include "relay/server/node.hpp"
#include "relay/store/sqlite_database.hpp"

namespace porchlight::relay {
namespace {

using Grade = Finding::Grade;

constexpr std::uint64_t comfortable_free_bytes = std::uint64_t{1} << 30;
constexpr std::uint64_t spare_descriptors = 64;

std::string mib(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

Finding good(std::string text) { return {Grade::good, std::move(text)}; }
Finding warning(std::string text) { return {Grade::warning, std::move(text)}; }
Finding bad(std::string text) { return {Grade::bad, std::move(text)}; }

Finding check_permissions(const DataFolder& folder) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path(), failed)) {
    const Status checked = check_private(entry.path());
    // The write-ahead log comes and goes while a relay runs.
    if (!checked.ok() && checked.error().code != Errc::not_found) return bad(checked.error().what);
  }
  if (failed) return bad(say(tr("The data folder cannot be listed: {}."), failed.message()));
  return good(tr("only this user can read the data folder"));
}

Finding check_identity(const DataFolder& folder) {
  const auto seed = folder.identity_seed();
  if (!seed.ok()) return bad(seed.error().what);
  const auto authority = net::Authority::from_seed(*seed);
  if (!authority.ok()) return bad(authority.error().what);
  const auto token_secret = folder.token_secret();
  if (!token_secret.ok()) return bad(token_secret.error().what);
  return good(tr("the identity and the token secret are whole"));
}

Finding check_database(const DataFolder& folder) {
  std::error_code failed;
  if (!std::filesystem::exists(folder.store(), failed)) {
    return good(tr("there is no database yet; the first start makes it"));
  }
  const Status checked = check_sqlite_database(folder.store());
  if (checked.ok()) return good(tr("the database is whole"));
  // A full disk, say: whoever moved the database away for that would lose it.
  if (checked.error().code != Errc::malformed) return bad(checked.error().what);
  return bad(say(
      tr("{0} Stop the relay and bring it back from a backup, in a new folder (porchlightd "
         "restore). Without one, move {1} away and start: people bring back what they sent in the "
         "last days, and those whose token to enrol with is too old by then need new invites."),
      checked.error().what, folder.store().string()));
}

Finding check_disk(const DataFolder& folder, const Config& config) {
  const auto free = folder.free_bytes();
  const auto used = folder.used_bytes();
  if (!free || !used) return bad(tr("The disk cannot be asked how much is free."));
  if (*free < limits::disk_reserve_bytes) {
    return bad(say(
        tr("Only {0} are free on the disk: the relay refuses new drops until {1} are. Make room."),
        mib(*free), mib(limits::disk_reserve_bytes)));
  }
  const std::uint64_t capacity = capacity_bytes(config);
  if (*used > capacity / 10 * 9) {
    return warning(say(
        tr("The store takes {0} of the {1} it may: raise store_mib_max, or lower ordinary_days."),
        mib(*used), mib(capacity)));
  }
  const std::uint64_t growth = capacity - std::min(capacity, *used);
  if (*free < comfortable_free_bytes || *free < growth) {
    return warning(say(tr("The store may grow by {0}, but only {1} are free on the disk: lower "
                          "store_mib_max, or make room."),
                       mib(growth), mib(*free)));
  }
  return good(say(tr("there is room: {} free"), mib(*free)));
}

Finding check_clock(const DataFolder& folder, wire::TimePoint now) {
  struct stat info {};
  if (::stat(folder.identity_file().c_str(), &info) == 0 &&
      now.time_since_epoch().count() < info.st_mtime) {
    return bad(
        tr("This machine's clock is before the day this relay was made: set it. Until then "
           "clients refuse the relay and nothing expires."));
  }
  timex state{};
  if (::adjtimex(&state) == TIME_ERROR && (state.status & STA_UNSYNC) != 0) {
    return warning(
        tr("This machine's clock is not kept right by any time service: install one "
           "(systemd-timesyncd or chrony). Clients warn when it is wrong."));
  }
  return good(tr("the clock is kept right"));
}

Finding check_descriptors(const Config& config) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
      limit.rlim_max < config.connections_max + spare_descriptors) {
    return warning(say(tr("This system allows {} open files, fewer than connections_max needs: "
                          "raise it (LimitNOFILE= in the systemd unit) or lower connections_max."),
                       limit.rlim_max));
  }
  return good(tr("there are file descriptors for every connection"));
}

}  // namespace

std::vector<Finding> check_relay(const std::filesystem::path& path, wire::TimePoint now) {
  const auto folder = DataFolder::open(path);
  if (!folder.ok()) return {bad(folder.error().what)};
  std::vector<Finding> findings{check_permissions(*folder)};
  const auto config = folder->config();
  findings.push_back(config.ok() ? good(tr("the configuration is right"))
                                 : bad(config.error().what));
  findings.push_back(check_identity(*folder));
  findings.push_back(check_database(*folder));
  if (config.ok()) findings.push_back(check_disk(*folder, *config));
  findings.push_back(check_clock(*folder, now));
  if (config.ok()) findings.push_back(check_descriptors(*config));
  return findings;
}

}  // namespace porchlight::relay
