// porchlightd backup and restore: one file from which the same relay comes back, and a data folder
// made of it (clause 4.8). Must not know: terminals.
#pragma once

#include <filesystem>

#include "proto/crypto/random.hpp"
#include "proto/wire/relay_address.hpp"
#include "proto/wire/time.hpp"

namespace porchlight::relay {

/// Writes all that makes the relay in `data` as it is at one moment, whether it runs or not, into
/// the new file `file` of mode 0600: beside it first, then durably under its name. How many bytes
/// it has. When it fails nothing is left of it, and never was anything overwritten. Errors: those
/// of DataFolder::open(), 'usage' when there is such a file, 'full' before the running relay lacks
/// room, 'malformed' for a damaged database, 'storage'.
Result<std::uint64_t> back_up_relay(const std::filesystem::path& data,
                                    const std::filesystem::path& file, wire::TimePoint now);

struct RestoredRelay {
  wire::RelayAddress address;
  wire::TimePoint made;  // the backup
};

/// Makes the new or empty folder `data` the relay that `file` is a backup of, under another
/// incarnation, which tells its clients. Until all of it is there, and was checked, the folder is
/// no relay's. Errors: 'not_found', 'malformed' or 'update_needed' for the file, 'usage' for the
/// folder, 'full', 'storage'.
Result<RestoredRelay> restore_relay(const std::filesystem::path& file,
                                    const std::filesystem::path& data, Random& random);

}  // namespace porchlight::relay
