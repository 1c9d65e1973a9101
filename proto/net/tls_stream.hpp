// TLS on a TCP socket: OpenSSL reads and writes the socket itself, coroutines only wait for it to
// be ready. asio::ssl::stream would keep two 17 KiB buffers for every connection; an idle
// connection here keeps none. Must not know: frames.
#pragma once

#include <string_view>

#include "proto/net/asio.hpp"
#include "proto/net/tls_context.hpp"

namespace porchlight::net {

/// One reader and one writer may be in flight at once, on one strand or thread. Movable while
/// nothing is in flight.
class TlsStream {
 public:
  /// `socket` is connected. The session says which side this is.
  TlsStream(asio::ip::tcp::socket socket, TlsSession session);

  /// Errors: what check_peer() says; 'unreachable' when the other side is gone or is no relay.
  awaitable<Status> handshake();

  /// On a client's side, after handshake(): the key whose hash is the pinned identity.
  std::optional<VerifyKey> relay_key() const;

  /// What is there, without waiting: the bytes read (at least 1); 0 when there are none yet;
  /// 'unreachable' when the other side closed or broke the connection.
  Result<std::size_t> try_read(std::span<Byte> into);
  /// Until try_read() may have something. 'unreachable' when the stream was closed meanwhile.
  awaitable<Status> wait_readable();
  /// Ends reading from this side: wait_readable() and try_read() give 'unreachable' from now on,
  /// writing goes on.
  void stop_reading();

  /// As many of `bytes` as the socket takes without waiting, and as make up one TLS record; 0 when
  /// it takes none. What is not written MUST be offered again, first, with nothing taken away.
  Result<std::size_t> try_write(std::string_view bytes);
  /// Until try_write() may take something.
  awaitable<Status> wait_writable();
  /// All of `bytes`, which stay the caller's until it returns.
  awaitable<Status> write_all(std::string_view bytes);

  /// Says goodbye (close_notify), waits limits::close_timeout at most for the other side to have
  /// read what was sent, and closes.
  awaitable<void> finish();
  /// Closes at once; whatever is in flight ends with 'unreachable'.
  void close();
  bool is_open() const { return socket_.is_open(); }

  asio::any_io_executor get_executor() { return socket_.get_executor(); }

 private:
  enum class Want { nothing, read, write, broken };

  Want want(int result);
  awaitable<Status> wait(asio::ip::tcp::socket::wait_type what);
  bool in_key_update() const;
  awaitable<void> drain();
  Error handshake_error() const;

  asio::ip::tcp::socket socket_;
  std::unique_ptr<PeerCheck> check_;  // outlives ssl_, which points at it
  SslPtr ssl_;
  // What the last try_read() and try_write() could not go on without.
  asio::ip::tcp::socket::wait_type read_wants_ = asio::ip::tcp::socket::wait_read;
  asio::ip::tcp::socket::wait_type write_wants_ = asio::ip::tcp::socket::wait_write;
  bool ended_by_peer_ = false;
  bool spoke_other_ = false;
  bool reading_stopped_ = false;
};

}  // namespace porchlight::net
