#include "proto/net/connection.hpp"

namespace porchlight::net {

awaitable<Status> Connection::receive() {
  while (true) {
    auto size = stream_.try_read(reader_.prepare());
    if (!size.ok()) co_return std::move(size).error();
    if (*size > 0) {
      reader_.commit(*size);
      co_return Ok{};
    }
    reader_.release_if_empty();
    CO_CHECK(co_await stream_.wait_readable());
  }
}

awaitable<Result<ByteView>> Connection::read_frame() {
  while (true) {
    auto frame = next_frame();
    if (!frame.ok()) co_return std::move(frame).error();
    if (*frame) co_return **frame;
    CO_CHECK(co_await receive());
  }
}

awaitable<Status> Connection::write(std::string frames) {
  co_return co_await stream_.write_all(frames);
}

}  // namespace porchlight::net
