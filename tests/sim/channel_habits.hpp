// What people do with channels, drawn from the seed: who leads a group makes them and invites, who
// is in no group follows and answers, the group alerts and gives the all-clear. Whatever the cores
// refuse is left at that.
// Must not know: the network's and the relay's troubles, groups' own affairs.
#pragma once

#include "tests/sim/people.hpp"

namespace porchlight::sim {

class ChannelHabits {
 public:
  ChannelHabits(const Ground& ground, Clients& clients);

  /// One thing that somebody does; nothing where nobody can.
  void do_something();

  // ---- false where this person has nothing of the kind to do ---------------------------------

  bool create(ClientNode& client);
  bool invite(ClientNode& client);
  bool follow(ClientNode& client);
  bool accept(ClientNode& client);
  bool alert(ClientNode& client);
  bool clear(ClientNode& client);
  bool recall(ClientNode& client);
  bool write(ClientNode& client);
  bool answer(ClientNode& client);
  bool remove(ClientNode& client);

 private:
  struct OpenLink {
    std::string link;
    client::ChannelId channel;
    std::string to;
    std::uint32_t uses = 1;
    Start start;
  };

  std::string word(std::string_view kind);
  std::optional<client::ChannelView> pick(const ClientNode& client, client::ChannelView::Side side);
  void say(ClientNode& client, const client::ChannelId& channel, wire::Body body,
           std::uint32_t lifetime_hours);
  std::vector<Device> devices() const;
  void note(const ClientNode& client, std::string_view what);

  const Ground ground_;
  Clients& clients_;
  SeededRandom random_;
  std::uint32_t words_ = 0;
  std::uint32_t made_ = 0;
  std::vector<OpenLink> links_;
  std::map<std::string, OpenLink> followed_;  // by whom, until they have taken it up
};

}  // namespace porchlight::sim
