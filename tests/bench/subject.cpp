#include "tests/bench/subject.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "relay/server/clock.hpp"
#include "relay/server/node.hpp"

namespace porchlight::bench {
namespace {

Result<relay::Config> loopback_config(const wire::HostPort& at) {
  if (!at.host.starts_with("127.")) {
    return Error{Errc::usage, "The load goes to addresses in 127/8 alone."};
  }
  relay::Config config;
  config.host = at;
  config.listen = {at};
  config.connections_max = 19'000;
  return config;
}

}  // namespace

Result<std::unique_ptr<Subject>> Subject::start(const std::filesystem::path& program,
                                                const wire::HostPort& at, std::size_t tokens) {
  TRY(const relay::Config config, loopback_config(at));
  std::string name = (std::filesystem::temp_directory_path() / "porchlight-load-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return Error{Errc::storage, "No temporary folder."};
  std::unique_ptr<Subject> subject{new Subject(name)};
  CHECK(relay::DataFolder::create(name, config));
  SystemRandom random;
  {
    TRY(const std::unique_ptr<relay::Node> node, relay::Node::open(name, random));
    subject->address_ = node->address();
    for (std::size_t i = 0; i < tokens; ++i) {
      TRY(wire::Token token,
          node->keyring->mint(relay::TokenKind::session, relay::system_now(), random));
      subject->tokens_.push_back(std::move(token));
    }
  }
  CHECK(subject->launch(program));
  return subject;
}

Status Subject::launch(const std::filesystem::path& program) {
  int ends[2];
  if (::pipe(ends) != 0) return Error{Errc::storage, "No pipe."};
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    ::execl(program.c_str(), program.c_str(), "run", "--data", folder_.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  std::string log;
  char byte = 0;
  while (log.find("listening") == std::string::npos && ::read(ends[0], &byte, 1) == 1) log += byte;
  // The read end stays open: the relay may go on logging.
  if (log.find("listening") == std::string::npos) {
    return Error{Errc::unreachable, "The relay did not start: " + log};
  }
  return Ok{};
}

Subject::~Subject() {
  if (pid_ > 0) {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

wire::Token Subject::take_token() {
  PORCHLIGHT_ASSERT(!tokens_.empty());
  wire::Token token = std::move(tokens_.front());
  tokens_.pop_front();
  return token;
}

Use Subject::use() const {
  Use use;
  const std::filesystem::path process = "/proc/" + std::to_string(pid_);
  for (const auto& thread : std::filesystem::directory_iterator(process / "task")) {
    double nanoseconds = 0;
    std::ifstream(thread.path() / "schedstat") >> nanoseconds;
    use.cpu_seconds += nanoseconds / 1e9;
  }
  std::ifstream status(process / "status");
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") status >> use.rss_kib;
  }
  return use;
}

}  // namespace porchlight::bench
