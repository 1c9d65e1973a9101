#include "proto/net/tls_stream.hpp"

#include <openssl/err.h>
#include <sys/socket.h>

#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::net {
namespace {

using tcp = asio::ip::tcp;
using namespace asio::experimental::awaitable_operators;

Error broken() { return {Errc::unreachable, tr("The connection broke.")}; }
Error closed() { return {Errc::unreachable, tr("The other side closed the connection.")}; }

constexpr std::size_t drain_bytes_max = 1024 * 1024;

}  // namespace

TlsStream::TlsStream(tcp::socket socket, TlsSession session)
    : socket_(std::move(socket)), check_(std::move(session.check)), ssl_(std::move(session.ssl)) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1) close();
}

TlsStream::Want TlsStream::want(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
      return Want::nothing;
    case SSL_ERROR_WANT_READ:
      return Want::read;
    case SSL_ERROR_WANT_WRITE:
      return Want::write;
    case SSL_ERROR_ZERO_RETURN:
      ended_by_peer_ = true;
      return Want::broken;
    case SSL_ERROR_SSL:
      // The end of the stream without close_notify comes as an error of the library too.
      ended_by_peer_ = ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
      spoke_other_ = !ended_by_peer_;
      return Want::broken;
    default:
      return Want::broken;
  }
}

awaitable<Status> TlsStream::wait(tcp::socket::wait_type what) {
  if (reading_stopped_ && what == tcp::socket::wait_read) co_return broken();
  const auto [error] = co_await socket_.async_wait(what, as_result);
  // stop_reading() can only cancel both directions; who writes goes on.
  const bool only_reading_stopped = error == asio::error::operation_aborted && is_open() &&
                                    reading_stopped_ && what == tcp::socket::wait_write;
  if (error && !only_reading_stopped) co_return broken();
  co_return Ok{};
}

awaitable<Status> TlsStream::handshake() {
  while (is_open()) {
    ERR_clear_error();
    const Want next = want(SSL_do_handshake(ssl_.get()));
    if (next == Want::nothing) co_return Ok{};
    if (next == Want::broken) co_return handshake_error();
    CO_CHECK(co_await wait(next == Want::read ? tcp::socket::wait_read : tcp::socket::wait_write));
  }
  co_return broken();
}

std::optional<VerifyKey> TlsStream::relay_key() const {
  return check_ ? check_->relay_key : std::nullopt;
}

Error TlsStream::handshake_error() const {
  if (check_ && check_->refusal) return *check_->refusal;
  if (ended_by_peer_) return closed();
  if (spoke_other_) {
    return {Errc::unreachable, tr("The other side does not speak TLS 1.3 as this protocol does.")};
  }
  return broken();
}

Result<std::size_t> TlsStream::try_read(std::span<Byte> into) {
  if (!is_open() || reading_stopped_) return broken();
  ERR_clear_error();
  std::size_t size = 0;
  const Want next = want(SSL_read_ex(ssl_.get(), into.data(), into.size(), &size));
  if (next == Want::broken) return ended_by_peer_ ? closed() : broken();
  read_wants_ = next == Want::write ? tcp::socket::wait_write : tcp::socket::wait_read;
  return next == Want::nothing ? size : 0;
}

// A key update that is half sent or half received holds up the other direction too. Who waited for
// its own direction then would find the socket ready and nothing done, again and again.
// Not coroutines themselves: every frame that waits with an idle connection is memory.
awaitable<Status> TlsStream::wait_readable() {
  return wait(in_key_update() ? read_wants_ : tcp::socket::wait_read);
}
awaitable<Status> TlsStream::wait_writable() {
  return wait(in_key_update() ? write_wants_ : tcp::socket::wait_write);
}

bool TlsStream::in_key_update() const { return ssl_ && SSL_in_init(ssl_.get()) != 0; }

void TlsStream::stop_reading() {
  reading_stopped_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

Result<std::size_t> TlsStream::try_write(std::string_view bytes) {
  if (!is_open()) return broken();
  ERR_clear_error();
  std::size_t size = 0;
  const Want next = want(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &size));
  if (next == Want::broken) return broken();
  write_wants_ = next == Want::read ? tcp::socket::wait_read : tcp::socket::wait_write;
  return next == Want::nothing ? size : 0;
}

awaitable<Status> TlsStream::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    auto size = try_write(bytes);
    if (!size.ok()) co_return std::move(size).error();
    bytes.remove_prefix(*size);
    if (*size == 0) CO_CHECK(co_await wait_writable());
  }
  co_return Ok{};
}

awaitable<void> TlsStream::finish() {
  if (is_open() && SSL_is_init_finished(ssl_.get()) != 0) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    asio::steady_timer timer(socket_.get_executor(), limits::close_timeout);
    auto drained = drain() || timer.async_wait(as_result);
    co_await std::move(drained);
  }
  close();
}

// Closing a socket with unread bytes resets the connection, and a reset overtakes what was sent.
awaitable<void> TlsStream::drain() {
  char bytes[4096];
  std::size_t drained = 0;
  while (drained < drain_bytes_max) {
    const ssize_t size = ::recv(socket_.native_handle(), bytes, sizeof bytes, 0);
    if (size > 0) {
      drained += static_cast<std::size_t>(size);
      continue;
    }
    if (size == 0 || (errno != EAGAIN && errno != EINTR)) co_return;
    const auto [error] = co_await socket_.async_wait(tcp::socket::wait_read, as_result);
    if (error) co_return;
  }
}

void TlsStream::close() {
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace porchlight::net
