// How a peer's fault, a person's mistake or a full disk travels: as a value.
// A bug of ours asserts instead (PORCHLIGHT_ASSERT, in release too).
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

namespace porchlight {

enum class Errc {
  usage,             // what the person typed cannot be meant
  malformed,         // bytes that do not decode, or decode to something the protocol forbids
  too_large,         // above a limit of limits.hpp
  not_authentic,     // a signature, MAC, proof or box that does not hold; never says which
  wrong_identity,    // the relay answered with another identity than the pinned one
  wrong_passphrase,  // or a damaged vault: the two cannot be told apart
  locked,            // another process holds the vault or the data folder
  not_permitted,     // a role or a rule forbids it
  not_found,         // no such thing here
  expired,           // it was there, and its time is over
  used,              // a one-use thing that was used
  no_tokens,         // nothing left to pay the relay with today
  conflict,          // somebody else was first
  full,              // the relay or the disk has no room
  unreachable,       // no connection, or it broke
  refused,           // the relay said no for another reason
  update_needed,     // the other side speaks something newer
  storage,           // reading or writing a file failed
};

/// `what` is a whole sentence for a person: what happened, what was kept, what to do next.
/// It never holds ids of members or mailboxes, addresses, payloads or secrets.
struct Error {
  Errc code;
  std::string what;
};

[[noreturn]] inline void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "porchlight: internal error: %s (%s:%d)\n", condition, file, line);
  std::abort();
}
#define PORCHLIGHT_ASSERT(condition) \
  ((condition) ? void(0) : ::porchlight::assertion_failed(#condition, __FILE__, __LINE__))

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  Result(Errc code, std::string what) : Result(Error{code, std::move(what)}) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return get(); }
  const T& value() const& { return const_cast<Result*>(this)->get(); }
  T&& value() && { return std::move(get()); }
  T& operator*() & { return get(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(get()); }
  T* operator->() { return &get(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    PORCHLIGHT_ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    PORCHLIGHT_ASSERT(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  T& get() {
    PORCHLIGHT_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  std::variant<T, Error> state_;
};

/// A Result with nothing in it: `return Ok{};` or an Error.
struct Ok {};
using Status = Result<Ok>;

#define PORCHLIGHT_CONCAT_(a, b) a##b
#define PORCHLIGHT_CONCAT(a, b) PORCHLIGHT_CONCAT_(a, b)
/// TRY(auto x, f()): x is f()'s value, or the enclosing function returns f()'s error.
/// CO_TRY is the same inside a coroutine; its expression must not be a temporary aggregate.
#define TRY_(result, declaration, expression, leave)  \
  auto result = (expression);                         \
  if (!result.ok()) leave std::move(result).error(); \
  declaration = std::move(result).value()
#define TRY(declaration, expression) \
  TRY_(PORCHLIGHT_CONCAT(try_result_, __LINE__), declaration, expression, return)
#define CO_TRY(declaration, expression) \
  TRY_(PORCHLIGHT_CONCAT(try_result_, __LINE__), declaration, expression, co_return)
/// CHECK(f()): the same for a Status, or where the value is not wanted.
#define CHECK(expression)                                           \
  if (auto check_result = (expression); !check_result.ok()) return std::move(check_result).error()
#define CO_CHECK(expression)                                           \
  if (auto check_result = (expression); !check_result.ok()) \
  co_return std::move(check_result).error()

}  // namespace porchlight
