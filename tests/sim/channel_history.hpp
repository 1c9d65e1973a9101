// What happened in the channels of a run, as an all-knowing bystander writes it down, and what must
// follow from it: one epoch and one audience for the whole group, the same alerts for everybody,
// answers at all of the group and nowhere else, nothing for whoever was taken out.
// Must not know: how clients and relay work, who can derive what.
#pragma once

#include "tests/sim/channel_holdings.hpp"
#include "tests/sim/history.hpp"

namespace porchlight::sim {

/// Something that a device has kept to say in a channel, or to answer.
struct Said {
  client::ChannelId channel;
  std::string author;
  std::set<std::string> readers;  // devices to which it has to come
  TimePoint expires;              // at the earliest
  std::string answers;            // the alert's id, where it is an answer
};

class ChannelHistory {
 public:
  ChannelHistory(World& world, const History& history) : world_(world), history_(history) {}

  /// `device` keeps these now.
  void on_kept(const std::string& device, std::span<const client::Write> writes);
  const ChannelHoldings& holdings(const std::string& device) const;
  const std::map<std::string, ChannelHoldings>& all() const { return holdings_; }

  void said(const MessageId& id, Said said);
  /// By an invite for `to`.
  void came(const client::ChannelId& channel, const Device& device, const std::string& to);
  /// Somebody who leads wants them out of the audience.
  void removal_begins(const client::ChannelId& channel, const VerifyKey& person);
  /// Somebody may have been left behind, or the channel may have been taken over.
  void disturbed() { disturbed_ = true; }

  /// The devices that speak in a channel, or are listed and read what `by` says.
  std::set<std::string> readers(const client::ChannelId& channel, const Device& by,
                                const std::vector<Device>& devices) const;
  /// What is still to be done although all are online; none where nothing is.
  std::optional<std::string> unrest(const std::vector<Device>& devices) const;
  /// At rest: who stands in a channel's group or audience.
  struct Membership {
    std::uint32_t epoch = 0;
    std::set<VerifyKey> people;
    std::set<std::string> open_invites;  // for whom they are
  };
  std::map<client::ChannelId, Membership> memberships(const std::vector<Device>& devices) const;
  /// Whether everybody who speaks in the channel has a newer card of somebody listed.
  bool all_know_card(const client::ChannelId& channel, const VerifyKey& person,
                     std::uint32_t card) const;
  /// At rest: all agree, and everything has arrived.
  void check_rest(const std::vector<Device>& devices) const;
  /// Whether this device may be told that a channel went on without it.
  bool may_be_behind(const Device& device);

 private:
  struct Scene {
    std::vector<const Device*> speakers;  // of the group, and in it
    std::vector<const Device*> listeners;
    bool is_led = false;  // somebody can change it
  };

  std::map<client::ChannelId, Scene> scenes(const std::vector<Device>& devices) const;
  const ChannelHoldings::KeptChannel* kept(const Device& device,
                                           const client::ChannelId& channel) const;
  void check_speakers(const client::ChannelId& channel, const Scene& scene) const;
  void check_listener(const client::ChannelId& channel, const Scene& scene,
                      const Device& device) const;
  void check_words(const client::ChannelId& channel, const Scene& scene) const;
  void check_arrivals(const client::ChannelId& channel, const Scene& scene) const;
  bool still_stands(const client::ChannelId& channel, const Scene& scene,
                    const std::string& author) const;

  World& world_;
  const History& history_;
  std::map<std::string, ChannelHoldings> holdings_;
  std::map<MessageId, Said> said_;
  std::set<std::pair<client::ChannelId, VerifyKey>> out_;
  std::map<std::pair<client::ChannelId, std::string>, std::set<std::string>> came_by_;
  std::set<std::pair<client::ChannelId, std::string>> forsaken_;  // since it came last
  bool disturbed_ = false;
};

/// Everything a device shows of its channels, in words.
std::string describe_channels(const client::Core& core, TimePoint now);

}  // namespace porchlight::sim
