// A relay and people on it: the real programs in a folder of their own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "tests/e2e/process.hpp"

namespace porchlight::e2e {

using Json = nlohmann::json;

/// The exit statuses that tests name.
enum Exit {
  done = 0,
  failure = 1,
  usage = 2,
  locked = 3,
  not_permitted = 4,
  queued = 5,
  refused = 6,
  security = 7,
  not_found = 8,
};

/// A folder that goes with the test.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// porchlightd on a loopback address that no other test uses.
class Relay {
 public:
  Relay();
  /// A second relay at the address of the first, with an identity of its own.
  explicit Relay(const std::string& host);

  void start();
  /// SIGTERM, and its end.
  void stop();
  void kill();
  void restart() {
    stop();
    start();
  }
  /// A command of porchlightd on its folder.
  Finished command(const std::vector<std::string>& arguments);
  /// A link of the operator's.
  std::string invite(const std::vector<std::string>& more = {});
  /// A line of the configuration.
  void configure(const std::string& option, const std::string& value);

  const std::string& host() const { return host_; }
  std::filesystem::path data() const { return folder_.path() / "relay"; }
  /// What it has logged in runs that ended.
  const std::string& log() const { return log_; }
  /// Everything in its folder and its log.
  std::string everything() const;

 private:
  void end(int signal_number);

  Folder folder_;
  std::string host_;
  std::optional<Process> process_;
  std::string log_;
};

/// Somebody with a vault.
class Person {
 public:
  explicit Person(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  std::filesystem::path vault() const { return folder_.path() / "vault"; }
  void set_passphrase(std::string passphrase) { passphrase_ = std::move(passphrase); }

  Command command(const std::vector<std::string>& arguments, const std::string& input = "") const;
  Finished run(const std::vector<std::string>& arguments, const std::string& input = "") const {
    return e2e::run(command(arguments, input));
  }
  /// Runs to a good end, and gives stdout.
  std::string must(const std::vector<std::string>& arguments, const std::string& input = "") const;
  /// The same with --json: its records.
  std::vector<Json> records(std::vector<std::string> arguments,
                            const std::string& input = "") const;
  /// The only record of this type.
  Json record(const std::string& type, const std::vector<std::string>& arguments,
              const std::string& input = "") const;
  Process start(const std::vector<std::string>& arguments) const {
    return Process(command(arguments));
  }

 private:
  std::string name_;
  std::string passphrase_ = "correct horse battery";
  Folder folder_;
};

/// A relay, Carla who leads "dispatch", and Wren who is about to be one of them.
class Stage : public testing::Test {
 protected:
  Stage() = default;

  /// Relay up, Carla enrolled, the group made.
  void set_the_stage();
  /// Carla's link for somebody.
  std::string invite(const Person& to, const std::vector<std::string>& more = {});
  /// Wren joins and is approved.
  void let_in(const Person& person);
  /// Everything: both are in "dispatch".
  void set_both();

  /// The sightings of a board by name.
  static Json sighting(const Person& person, const std::string& id);
  /// The texts that somebody has.
  static std::vector<std::string> texts(const Person& person);

  Relay relay_;
  Person carla_{"Carla"};
  Person wren_{"Wren"};
};

}  // namespace porchlight::e2e
