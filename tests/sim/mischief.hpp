// What an ill-meaning member, lead or thief of a vault does in a run, beside what their own devices
// do. The invariants hold for all others all the same, but everybody may be warned.
// Must not know: networks, crashes.
#pragma once

#include "tests/sim/channel_intruder.hpp"
#include "tests/sim/client_node.hpp"
#include "tests/sim/intruder.hpp"

namespace porchlight::sim {

enum class Conduct : std::uint8_t {
  good,
  bad_member,  // forges frames and changes, brings garbage
  bad_lead,    // changes the group without waiting for its turn, two ways at once, in bad ways
  thief,       // copies vaults and goes on talking as their owners
};

class Mischief {
 public:
  Mischief(const Ground& ground, Conduct conduct)
      : ground_(ground), conduct_(conduct), random_(ground.world.stream("mischief")) {}

  /// One thing, by what the vault of `client` holds.
  void make(ClientNode& client);

 private:
  struct Theft {
    std::vector<client::Record> vault;
    GroupId group;
  };

  std::optional<GroupId> pick_group(const ClientNode& client);
  std::uint32_t today() const { return wire::unix_day(ground_.world.now()); }
  std::optional<client::ChannelId> pick_channel(const ClientNode& client);
  void make_in_channel(ClientNode& client, const client::ChannelId& channel);
  void misbehave_in_channel(ChannelIntruder& intruder, const std::string& who);
  void put(Mail mail, std::string_view what);
  void plant(Mail mail, const std::string& who, std::string_view what);
  std::vector<Bytes> contents(const MailboxId& mailbox);
  void misbehave(Intruder& intruder, const std::string& who);
  void push_ahead(Intruder& intruder, const std::string& who, const GroupId& group);
  void steal(const ClientNode& client, const GroupId& group);
  void speak_from(const Theft& theft);

  const Ground ground_;
  Conduct conduct_;
  SeededRandom random_;
  std::vector<Theft> thefts_;
  std::vector<std::pair<std::vector<client::Record>, client::ChannelId>> voices_;  // stolen
};

}  // namespace porchlight::sim
