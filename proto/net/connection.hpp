// Frames over TLS (clause 3.1).
// Must not know: what frames mean.
#pragma once

#include "proto/net/tls_stream.hpp"
#include "proto/wire/frame.hpp"

namespace porchlight::net {

/// One reader and one writer may be in flight at once, on one strand or thread. Movable while
/// nothing is in flight.
class Connection {
 public:
  explicit Connection(TlsStream stream) : stream_(std::move(stream)) {}

  /// See TlsStream. Unless `stream` has done it before, it comes before everything else.
  awaitable<Status> handshake() { return stream_.handshake(); }

  /// The next whole frame that has arrived, none while there is none. 'malformed' when the other
  /// side announces more than limits::frame_bytes_max: the connection is of no use after that. The
  /// view lives until receive() or read_frame().
  Result<std::optional<ByteView>> next_frame() { return reader_.next(); }
  /// Waits for more bytes. 'unreachable' when the other side closed or broke the connection; frames
  /// it sent before remain in next_frame(). While it waits, no buffer is kept.
  awaitable<Status> receive();
  /// next_frame(), waiting as long as it takes.
  awaitable<Result<ByteView>> read_frame();

  /// One or more frames in one go: as few TLS records as they fit in.
  awaitable<Status> write(std::string frames);

  /// See TlsStream.
  Result<std::size_t> try_write(std::string_view bytes) { return stream_.try_write(bytes); }
  awaitable<Status> wait_writable() { return stream_.wait_writable(); }
  void stop_reading() { stream_.stop_reading(); }
  std::optional<VerifyKey> relay_key() const { return stream_.relay_key(); }
  awaitable<void> finish() { return stream_.finish(); }
  void close() { stream_.close(); }
  bool is_open() const { return stream_.is_open(); }
  asio::any_io_executor get_executor() { return stream_.get_executor(); }

 private:
  TlsStream stream_;
  wire::FrameReader reader_;
};

}  // namespace porchlight::net
