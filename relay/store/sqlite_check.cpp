#include "proto/base/translate.hpp"
#include "proto/wire/envelope.hpp"
#include "relay/store/sqlite_database.hpp"
#include "relay/store/sqlite_schema.hpp"
#include "relay/store/sqlite_support.hpp"

namespace porchlight::relay {
namespace {

using sqlite::Run;

struct Check {
  const char* query;  // a row for everything that is wrong
  const char* what;
};

constexpr Check checks[] = {
    {"SELECT 1 FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
     mark("The relay's database is damaged.")},
    {"SELECT 1 FROM envelope WHERE mailbox NOT IN (SELECT id FROM mailbox)",
     mark("The relay's database holds an envelope without a mailbox.")},
    {"SELECT 1 FROM mailbox WHERE (emptied_newest IS NULL)"
     " <> EXISTS (SELECT 1 FROM envelope WHERE mailbox = mailbox.id)",
     mark("The relay's database holds a mailbox that is neither used nor emptied.")},
};

Status check_envelopes(SQLite::Database& database) {
  SQLite::Statement all(database, "SELECT hash, bytes FROM envelope");
  Run rows(all);
  while (rows.step()) {
    const EnvelopeHash hash = wire::envelope_hash(rows.blob(1));
    std::int64_t prefix = 0;
    std::memcpy(&prefix, hash.data(), sizeof prefix);
    if (prefix != rows.integer(0) || !wire::is_envelope_size(rows.blob(1).size())) {
      return Error{Errc::malformed, tr("The relay's database holds an envelope that was altered.")};
    }
  }
  return Ok{};
}

}  // namespace

Status check_sqlite_database(const std::filesystem::path& file) {
  TRY(const auto database, sqlite::open_reader(file));
  return sqlite::guarded([&]() -> Status {
    for (const Check& check : checks) {
      SQLite::Statement query(*database, check.query);
      if (Run(query).step()) return Error{Errc::malformed, tr(check.what)};
    }
    return check_envelopes(*database);
  });
}

}  // namespace porchlight::relay
