// SQLite as the files of this folder use it: exceptions end here, statements are reset by scope.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>

#include "proto/base/bytes.hpp"
#include "proto/base/result.hpp"

namespace porchlight::relay::sqlite {

/// 'full', 'conflict', 'malformed' for damage or 'storage', and what to do about it.
Error as_error(const SQLite::Exception& exception);

/// What `work` returns, or the Error for what it threw.
template <class Work>
auto guarded(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const SQLite::Exception& exception) {
    return as_error(exception);
  }
}

/// One run of a prepared statement: binds its arguments in order, and resets it at the end, as a
/// statement that is left half-way holds a transaction open. Blobs are bound without a copy: they
/// must outlive the run.
class Run {
 public:
  template <class... Arguments>
  explicit Run(SQLite::Statement& statement, const Arguments&... arguments)
      : statement_(statement) {
    int index = 0;
    (bind(++index, arguments), ...);
  }
  ~Run() { statement_.tryReset(); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// To the next row; false after the last.
  bool step() { return statement_.executeStep(); }
  /// To the end, for statements without rows. The number of rows it changed.
  std::size_t finish() { return static_cast<std::size_t>(statement_.exec()); }

  std::int64_t integer(int column) const { return statement_.getColumn(column).getInt64(); }
  bool is_null(int column) const { return statement_.isColumnNull(column); }
  /// Valid until the next step or the end of the run.
  ByteView blob(int column) const {
    const SQLite::Column value = statement_.getColumn(column);
    return {static_cast<const Byte*>(value.getBlob()), static_cast<std::size_t>(value.getBytes())};
  }
  /// 'storage' for a stored value of another size.
  template <class Fixed>
  Result<Fixed> fixed(int column) const {
    const auto value = Fixed::from(blob(column));
    if (!value) return Error{Errc::storage, "A row of the relay's database is damaged."};
    return *value;
  }

 private:
  void bind(int index, std::int64_t value) { statement_.bind(index, value); }
  void bind(int index, ByteView value) {
    statement_.bindNoCopy(index, value.data(), static_cast<int>(value.size()));
  }
  template <class Tag, std::size_t N>
  void bind(int index, const FixedBytes<Tag, N>& value) {
    bind(index, value.view());
  }

  SQLite::Statement& statement_;
};

/// Sequence numbers and rows: SQLite's integers are signed, ours stay far below their top.
inline std::int64_t signed_integer(std::uint64_t value) { return static_cast<std::int64_t>(value); }

}  // namespace porchlight::relay::sqlite
