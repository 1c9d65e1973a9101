#include "tests/bench/engine.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ctime>

namespace porchlight::bench {

double seconds_now() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

double own_cpu_seconds() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

Client::~Client() {
  if (fd_ >= 0) ::close(fd_);
}

Engine::Engine(const wire::RelayAddress& relay)
    : relay_(relay),
      tls_(std::make_unique<net::TlsClient>(*net::TlsClient::create(relay.identity))),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

Engine::~Engine() {
  forget_all();
  ::close(epoll_);
}

void Engine::forget_all() { clients_.clear(); }

Client& Engine::dial() {
  Client& client = *clients_.emplace_back(std::unique_ptr<Client>(new Client));
  client.fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int one = 1;
  ::setsockopt(client.fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(relay_.at.port);
  ::inet_pton(AF_INET, relay_.at.host.c_str(), &at.sin_addr);
  PORCHLIGHT_ASSERT((ntohl(at.sin_addr.s_addr) >> 24) == 127);
  const int result = ::connect(client.fd_, reinterpret_cast<sockaddr*>(&at), sizeof at);
  if (result != 0 && errno != EINPROGRESS) fail(client);
  client.tls_ = tls_->new_session();
  SSL_set_fd(client.tls_.ssl.get(), client.fd_);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.ptr = &client;
  client.waits_to_write_ = true;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd_, &event);
  return client;
}

void Engine::watch(Client& client, bool writing) {
  if (client.waits_to_write_ == writing) return;
  client.waits_to_write_ = writing;
  epoll_event event{};
  event.events = writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &client;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, client.fd_, &event);
}

void Engine::fail(Client& client) {
  if (std::exchange(client.failed_, true)) return;
  ++failures_;
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, client.fd_, nullptr);
  ERR_clear_error();
}

void Engine::hang_up(Client& client) {
  if (std::exchange(client.failed_, true)) return;
  ::close(std::exchange(client.fd_, -1));  // which takes it out of the epoll set
}

void Engine::drive(Client& client) {
  SSL* const ssl = client.tls_.ssl.get();
  if (!client.shaken_) {
    const int result = SSL_do_handshake(ssl);
    if (result != 1) {
      const int error = SSL_get_error(ssl, result);
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return fail(client);
      return watch(client, error == SSL_ERROR_WANT_WRITE);
    }
    client.shaken_ = true;
  }
  read(client);
  flush(client);
}

void Engine::read(Client& client) {
  SSL* const ssl = client.tls_.ssl.get();
  while (!client.failed_) {
    const auto into = client.reader_.prepare();
    std::size_t size = 0;
    const int result = SSL_read_ex(ssl, into.data(), into.size(), &size);
    if (result != 1) {
      if (SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ) fail(client);
      break;
    }
    client.reader_.commit(size);
    while (true) {
      const auto frame = client.reader_.next();
      if (!frame.ok()) return fail(client);
      if (!*frame) break;
      answer_.ParseFromArray((*frame)->data(), static_cast<int>((*frame)->size()));
      client.on_answer(client, answer_);
    }
  }
  client.reader_.release_if_empty();
}

void Engine::flush(Client& client) {
  if (!client.shaken_ || client.failed_) return;
  SSL* const ssl = client.tls_.ssl.get();
  while (client.sent_ < client.out.size()) {
    std::size_t size = 0;
    const int result = SSL_write_ex(ssl, client.out.data() + client.sent_,
                                    client.out.size() - client.sent_, &size);
    if (result != 1) {
      if (SSL_get_error(ssl, result) != SSL_ERROR_WANT_WRITE) return fail(client);
      return watch(client, true);
    }
    client.sent_ += size;
  }
  client.out.clear();
  client.sent_ = 0;
  watch(client, false);
}

bool Engine::run(const std::function<bool()>& done, double seconds) {
  const double end = seconds_now() + seconds;
  while (!done()) {
    if (seconds_now() > end) return false;
    epoll_event events[256];
    const int count = ::epoll_wait(epoll_, events, 256, 20);
    for (int i = 0; i < count; ++i) {
      Client& client = *static_cast<Client*>(events[i].data.ptr);
      if (!client.failed_) drive(client);
    }
  }
  return true;
}

}  // namespace porchlight::bench
