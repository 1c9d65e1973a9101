#include "tests/e2e/stage.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <sstream>

namespace porchlight::e2e {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// All of 127/8 is this machine: an address for each relay of each process, always the same port.
std::string unused_address() {
  static std::atomic<unsigned> count{0};
  const auto pid = static_cast<unsigned>(getpid());
  return "127." + std::to_string(1 + (pid >> 8) % 250) + "." + std::to_string(pid & 0xff) + "." +
         std::to_string(1 + count++ % 250) + ":7461";
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

// ---- Folder ---------------------------------------------------------------------------------

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "porchlight-e2e-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for a test");
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

// ---- Relay ----------------------------------------------------------------------------------

Relay::Relay() : Relay(unused_address()) {}

Relay::Relay(const std::string& host) : host_(host) {
  const Finished made = command({"init", "--host", host_, "--listen", host_});
  if (made.code != 0) throw std::runtime_error("porchlightd init: " + made.err);
}

Finished Relay::command(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {PORCHLIGHTD};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  argv.insert(argv.end(), {"--data", data().string()});
  return run({argv, {}, ""});
}

void Relay::start() {
  process_.emplace(Command{{PORCHLIGHTD, "run", "--data", data().string()}, {}, ""});
  const auto up = process_->wait_for_line(Stream::err, "listening");
  ASSERT_TRUE(up) << "the relay did not start: " << process_->finish().err;
}

void Relay::end(int signal_number) {
  if (!process_) return;
  process_->signal(signal_number);
  const Finished ended = process_->finish();
  log_ += ended.out + ended.err;
  process_.reset();
  if (signal_number == SIGTERM) {
    EXPECT_EQ(ended.code, 0) << ended.err;
  }
}

void Relay::stop() { end(SIGTERM); }
void Relay::kill() { end(SIGKILL); }

std::string Relay::invite(const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"invite"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Finished made = command(arguments);
  EXPECT_EQ(made.code, 0) << made.err;
  return first_line(made.out);
}

void Relay::configure(const std::string& option, const std::string& value) {
  const auto file = data() / "porchlightd.toml";
  std::istringstream before(contents(file));
  std::string after;
  for (std::string line; std::getline(before, line);) {
    const bool is_it = line.starts_with(option + " =") || line.starts_with("# " + option + " =") ||
                       line.starts_with("#" + option + " =");
    after += (is_it ? option + " = " + value : line) + "\n";
  }
  std::ofstream(file) << after;
}

std::string Relay::everything() const {
  std::string all = log_;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data())) {
    if (entry.is_regular_file()) all += contents(entry.path());
  }
  return all;
}

// ---- Person ---------------------------------------------------------------------------------

Command Person::command(const std::vector<std::string>& arguments, const std::string& input) const {
  const auto file = folder_.path() / "passphrase";
  std::ofstream(file) << passphrase_ << "\n";
  std::vector<std::string> argv = {PORCHLIGHT, "--vault", vault().string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return {argv,
          {{"PORCHLIGHT_PASSPHRASE_FILE", file.string()}, {"HOME", folder_.path().string()}},
          input};
}

std::string Person::must(const std::vector<std::string>& arguments,
                         const std::string& input) const {
  const Finished ended = run(arguments, input);
  std::string words;
  for (const std::string& argument : arguments) words += " " + argument;
  EXPECT_EQ(ended.code, done) << name_ << ":" << words << "\n" << ended.out << ended.err;
  return ended.out;
}

std::vector<Json> Person::records(std::vector<std::string> arguments,
                                  const std::string& input) const {
  arguments.push_back("--json");
  std::istringstream lines(must(arguments, input));
  std::vector<Json> all;
  for (std::string line; std::getline(lines, line);) {
    all.push_back(Json::parse(line, nullptr, false));
    EXPECT_FALSE(all.back().is_discarded()) << line;
    EXPECT_EQ(all.back().value("schema", 0), 1) << line;
  }
  return all;
}

Json Person::record(const std::string& type, const std::vector<std::string>& arguments,
                    const std::string& input) const {
  std::vector<Json> those;
  for (const Json& any : records(arguments, input)) {
    if (any.value("type", "") == type) those.push_back(any);
  }
  EXPECT_EQ(those.size(), 1u) << type;
  return those.empty() ? Json::object() : those.front();
}

// ---- Stage ----------------------------------------------------------------------------------

void Stage::set_the_stage() {
  ASSERT_NO_FATAL_FAILURE(relay_.start());
  carla_.must({"join", "-", "--name", "Carla"}, relay_.invite({"--inviter"}));
  carla_.must({"group", "create", "dispatch"});
}

std::string Stage::invite(const Person& to, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"invite", "new", "--to", to.name(), "--group", "dispatch"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return first_line(carla_.must(arguments));
}

void Stage::let_in(const Person& person) {
  person.must({"join", "-", "--name", person.name()}, invite(person));
  const auto requests = carla_.records({"requests"});
  ASSERT_EQ(requests.size(), 1u);
  carla_.must({"approve", requests[0].value("id", "")});
  person.must({"sync"});
}

void Stage::set_both() {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  ASSERT_NO_FATAL_FAILURE(let_in(wren_));
}

Json Stage::sighting(const Person& person, const std::string& id) {
  return person.record("sighting", {"sighting", "show", id});
}

std::vector<std::string> Stage::texts(const Person& person) {
  std::vector<std::string> all;
  for (const Json& record : person.records({"listen", "--once"})) {
    if (record.value("kind", "") == "text") all.push_back(record.value("text", ""));
  }
  return all;
}

}  // namespace porchlight::e2e
