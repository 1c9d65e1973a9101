// One run: a relay, some people, and the troubles that a seed brings them. Everything follows from
// the plan, so a failure is repeated by running the plan again.
#pragma once

#include "tests/sim/channel_habits.hpp"
#include "tests/sim/mischief.hpp"
#include "tests/sim/people.hpp"

namespace porchlight::sim {

/// How a run begins: with a few inviters who know nobody, or with all people in one group of two
/// leads, so that even a short run has much of what happens in groups; or with three in a group
/// that has a channel, and all others strangers who may come into its audience.
enum class Opening : std::uint8_t { strangers, group, channel };

/// What a run is about: people's lives; a relay that shows two histories (split.hpp); or copies of
/// vaults that are of no more use after a while (faults.hpp).
enum class Plot : std::uint8_t { lives, split, healing };

struct Plan {
  std::uint64_t seed = 1;
  std::uint32_t steps = 150;
  std::uint32_t clients = 5;
  Opening opening = Opening::strangers;
  Honesty honesty = Honesty::honest;  // of the relay
  Conduct conduct = Conduct::good;    // of somebody among the people
  Detail detail = Detail::events;     // of the story
  /// How often, of a thousand steps, the relay is restored from a backup.
  std::uint32_t restores_per_mille = 0;
  Plot plot = Plot::lives;
  Patience patience = Patience::of_minutes;
};

/// The command line that runs it again.
std::string repeat(const Plan& plan);

struct Report {
  std::optional<std::string> failure;
  std::string story;                            // only with a failure
  std::map<std::string, std::uint64_t> counts;  // what happened how often
};

class Simulation {
 public:
  explicit Simulation(const Plan& plan);
  ~Simulation();

  /// The whole plan.
  Report run();

  // ---- for directed scenarios ----------------------------------------------------------------
  World& world() { return world_; }
  RelayNode& relay() { return relay_; }
  Network& network() { return network_; }
  Clients& clients() { return clients_; }
  People& people() { return people_; }
  ChannelHabits& channels() { return habits_; }

  /// A founder with a group of the first `members` clients, of whom the second leads too, at rest.
  void found_group(std::size_t members);
  /// The same for three, with a channel, into whose audience `volunteers` of the others come.
  void found_channel(std::size_t volunteers);
  /// The inviter's link is followed and taken up at once; a request is left at the inviter.
  void ask_to_join(ClientNode& inviter, ClientNode& joiner);
  /// Good weather until nothing is under way any more, then everything is checked.
  void settle();
  /// From now on the relay shows this client the history of that side.
  void put_on_side(const ClientNode& client, std::size_t side);
  /// What can be checked while things are under way.
  void check_secrets();
  /// Somebody copies the vault of this client, and waits.
  void copy_vault(const ClientNode& client) { secrecy_.copy_vault(client.name()); }
  Report report() const;
  /// The people's own programs warn of something.
  std::vector<client::WarningView> warnings(std::size_t client) const;

 private:
  void meet();
  void step();
  void pass_time();
  void lose_the_store();
  void set_clocks();
  void note_days();
  void make_trouble();
  void plant_junk();
  void replay();
  bool at_rest() const;
  std::vector<Device> devices() const;

  Plan plan_;
  World world_;
  ChannelHistory channels_;
  Secrecy secrecy_;
  Network network_;
  RelayView view_;
  RelayNode relay_;
  History history_;
  Records records_;
  Ground ground_;
  Clients clients_;
  People people_;
  ChannelHabits habits_;
  Mischief mischief_;
  SeededRandom clocks_;
  std::uint32_t newest_day_ = 0;  // that anybody can have sent in
  TimePoint settled_at_;
};

}  // namespace porchlight::sim
