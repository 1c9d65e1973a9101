// What people do with their devices, drawn from the seed: they make groups, invite, follow, accept,
// approve, deny, post, claim and confirm. Whatever the cores refuse is left at that.
// Must not know: the network's and the relay's troubles.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/sim/client_node.hpp"

namespace porchlight::sim {

using Clients = std::vector<std::unique_ptr<ClientNode>>;

/// Stands in every name and text of a run, so that the relay's view can be searched for one word.
inline constexpr std::string_view secret_word = "Zaunkoenig";

class People {
 public:
  People(const Ground& ground, Clients& clients);

  /// One thing that somebody does; nothing where nobody can.
  void do_something();
  /// The first so many alone do such things; the others are no people of groups.
  void keep_to(std::size_t first) { circle_ = first; }

  // ---- false where this person has nothing of the kind to do ---------------------------------

  bool enter_by_operator(ClientNode& client);
  bool create_group(ClientNode& client);
  bool invite(ClientNode& client);
  bool follow(ClientNode& client);
  bool accept(ClientNode& client);
  bool approve(ClientNode& client);
  bool approve_together(ClientNode& client);
  bool deny(ClientNode& client);
  bool revoke(ClientNode& client);
  bool rekey(ClientNode& client);
  bool promote(ClientNode& client);
  bool remove(ClientNode& client);
  bool leave(ClientNode& client);
  /// Every lead decides who stays where that is open (clause 10.9). What nobody can decide is told
  /// to the history.
  void settle_contests();
  /// Every lead lets those go on whose keys did not come (clause 10.10).
  void answer_catch_ups();
  static std::optional<client::GroupView> led_by(const ClientNode& client);
  bool post_text(ClientNode& client);
  bool post_sighting(ClientNode& client);
  bool post_verification(ClientNode& client);
  /// Of the work of a night: a roll call, a shift, a text of the library, what is done about one,
  /// or that something of one's own is taken back.
  bool post_work(ClientNode& client);

  /// A text in this group, for scenarios that need it at once.
  void post_text(ClientNode& client, const client::GroupView& group);

  bool has_group(const ClientNode& client) const;

 private:
  struct OpenLink {
    std::string link;
    std::string inviter;
    std::string group;
  };

  bool settle_contest(ClientNode& client, const client::GroupView& group,
                      const client::MemberView& member);
  std::string word(std::string_view kind);
  wire::Role draw_role(const client::GroupView& group);
  const client::GroupView* pick_group(std::vector<client::GroupView>& groups);
  void post(ClientNode& client, const GroupId& group, wire::Body body,
            std::uint32_t lifetime_hours);
  void note(const ClientNode& client, std::string_view what);

  const Ground ground_;
  Clients& clients_;
  SeededRandom& random_;
  std::size_t circle_;
  std::uint32_t words_ = 0;
  std::uint32_t groups_made_ = 0;
  std::vector<OpenLink> links_;
  std::set<std::tuple<std::string, GroupId, VerifyKey, std::uint32_t>> decided_;  // in that epoch
};

}  // namespace porchlight::sim
