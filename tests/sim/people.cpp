#include "tests/sim/people.hpp"

namespace porchlight::sim {
namespace {

using client::GroupView;

constexpr std::uint32_t groups_max = 3;

}  // namespace

People::People(const Ground& ground, Clients& clients)
    : ground_(ground), clients_(clients), random_(ground.world.random()), circle_(SIZE_MAX) {}

void People::do_something() {
  using Act = bool (People::*)(ClientNode&);
  struct Habit {
    Act act;
    std::uint32_t weight;
  };
  static constexpr std::array habits = {Habit{&People::create_group, 2},
                                        Habit{&People::invite, 14},
                                        Habit{&People::follow, 18},
                                        Habit{&People::accept, 18},
                                        Habit{&People::approve, 4},
                                        Habit{&People::approve_together, 5},
                                        Habit{&People::deny, 1},
                                        Habit{&People::revoke, 1},
                                        Habit{&People::rekey, 3},
                                        Habit{&People::promote, 2},
                                        Habit{&People::remove, 3},
                                        Habit{&People::leave, 1},
                                        Habit{static_cast<Act>(&People::post_text), 20},
                                        Habit{&People::post_sighting, 10},
                                        Habit{&People::post_verification, 13},
                                        Habit{&People::post_work, 14}};
  std::uint32_t total = 0;
  for (const Habit& habit : habits) total += habit.weight;
  std::uint64_t drawn = random_.below(total);
  const Habit* habit = habits.begin();
  for (; drawn >= habit->weight; ++habit) drawn -= habit->weight;
  const std::size_t circle = std::min(circle_, clients_.size());
  const std::size_t first = static_cast<std::size_t>(random_.below(circle));
  for (std::size_t i = 0; i < circle; ++i) {
    ClientNode& client = *clients_[(first + i) % circle];
    if (client.up() && (this->*habit->act)(client)) return;
  }
}

std::string People::word(std::string_view kind) {
  return std::string(kind) + ' ' + std::string(secret_word) + std::to_string(++words_);
}

void People::note(const ClientNode& client, std::string_view what) {
  ground_.world.trace(client.name() + ' ' + std::string(what));
}

const GroupView* People::pick_group(std::vector<GroupView>& groups) {
  std::erase_if(
      groups, [](const GroupView& group) { return group.standing != GroupView::Standing::member; });
  return groups.empty() ? nullptr : &random_.pick(groups);
}

// Two leads early on, so that they get into each other's way.
wire::Role People::draw_role(const GroupView& group) {
  return group.members.size() == 1 || random_.chance(300) ? wire::ROLE_LEAD : wire::ROLE_MEMBER;
}

bool People::has_group(const ClientNode& client) const {
  if (!client.up()) return false;
  for (const GroupView& group : client.core().groups()) {
    if (group.standing == GroupView::Standing::member) return true;
  }
  return false;
}

// ---- coming in ------------------------------------------------------------------------------

bool People::enter_by_operator(ClientNode& client) {
  const wire::Link link = ground_.relay.operator_invite();
  note(client, "follows the operator's link");
  client.act([&](client::Core& core) {
    const Status followed = core.follow(link, client.device_now());
    if (!followed.ok()) ground_.world.fail("an operator's link failed: " + followed.error().what);
  });
  return true;
}

bool People::create_group(ClientNode& client) {
  if (groups_made_ >= groups_max || client.core().health(client.device_now()).session_tokens == 0) {
    return false;
  }
  const std::string name = word("group");
  client.act([&](client::Core& core) {
    if (!core.create_group(name, word("founder"), client.device_now()).ok()) return;
    note(client, "creates " + name);
    ++groups_made_;
  });
  return true;
}

bool People::invite(ClientNode& client) {
  std::vector<GroupView> groups = client.core().groups();
  const GroupView* group = pick_group(groups);
  if (group == nullptr) return false;
  client::Core::InviteOrder order{.group = group->id,
                                  .to = word("friend"),
                                  .role = draw_role(*group),
                                  .lifetime = std::chrono::hours{random_.between(1, 7 * 24)}};
  std::optional<std::string> link;
  const bool kept = client.act([&](client::Core& core) {
    const auto made = core.create_invite(order, client.device_now());
    if (made.ok()) link = made->str();
  });
  if (!kept || !link) return link.has_value();
  note(client, "invites somebody to " + group->name);
  links_.push_back({*link, client.name(), group->name});
  return true;
}

bool People::follow(ClientNode& client) {
  if (links_.empty()) return false;
  const std::size_t index = static_cast<std::size_t>(random_.below(links_.size()));
  const OpenLink open = links_[index];
  if (open.inviter == client.name() || client.core().group(open.group).ok()) return false;
  // One invite is for one person, who follows it once.
  links_.erase(links_.begin() + static_cast<std::ptrdiff_t>(index));
  ground_.secrecy.channels().may_know_people(client.name());
  client.act([&](client::Core& core) {
    const auto link = wire::Link::parse(open.link);
    PORCHLIGHT_ASSERT(link.ok());
    const Status followed = core.follow(*link, client.device_now());
    note(client, followed.ok() ? "follows a link to " + open.group
                               : "cannot follow a link: " + followed.error().what);
  });
  return true;
}

bool People::accept(ClientNode& client) {
  const auto offer = client.core().offer();
  if (!offer || offer->role == wire::ROLE_AUDIENCE) return false;  // ChannelHabits does
  if (offer->expires < client.device_now() && !random_.chance(100)) {
    return false;
  }
  client.act([&](client::Core& core) {
    const auto words = core.accept_offer(word("person"), client.device_now());
    note(client, words.ok() ? "accepts an offer" : "cannot accept: " + words.error().what);
  });
  return true;
}

bool People::approve(ClientNode& client) {
  const std::vector<client::RequestView> requests = client.core().requests();
  if (requests.empty()) return false;
  std::vector<std::string> ids;
  for (const client::RequestView& request : requests) {
    if (request.group_name == requests.front().group_name && (ids.empty() || random_.chance(700))) {
      ids.push_back(request.id);
    }
  }
  client.act([&](client::Core& core) {
    const Status approved = core.approve(ids, client.device_now());
    note(client, approved.ok() ? "approves " + std::to_string(ids.size())
                               : "cannot approve: " + approved.error().what);
  });
  return true;
}

// Leads who do not wait for one another.
bool People::approve_together(ClientNode& client) {
  bool anybody = approve(client);
  for (const auto& other : clients_) {
    if (other.get() != &client && other->up()) anybody |= approve(*other);
  }
  return anybody;
}

bool People::deny(ClientNode& client) {
  const std::vector<client::RequestView> requests = client.core().requests();
  if (requests.empty()) return false;
  client.act([&](client::Core& core) {
    const Status denied = core.deny(requests.back().id, client.device_now());
    note(client, denied.ok() ? "denies" : "cannot deny: " + denied.error().what);
  });
  return true;
}

bool People::revoke(ClientNode& client) {
  const std::vector<client::InviteView> invites = client.core().invites(client.device_now());
  if (invites.empty()) return false;
  const std::string id = invites[static_cast<std::size_t>(random_.below(invites.size()))].id;
  client.act([&](client::Core& core) {
    const Status revoked = core.revoke_invite(id, client.device_now());
    note(client, revoked.ok() ? "revokes an invite" : "cannot revoke: " + revoked.error().what);
  });
  return true;
}

bool People::rekey(ClientNode& client) {
  const auto group = led_by(client);
  if (!group) return false;
  client.act([&](client::Core& core) {
    const Status wished = core.rekey(group->id, client.device_now());
    note(client, wished.ok() ? "rekeys" : "cannot rekey: " + wished.error().what);
  });
  return true;
}

bool People::promote(ClientNode& client) {
  const auto group = led_by(client);
  if (!group) return false;
  for (const client::MemberView& member : group->members) {
    if (member.role != wire::ROLE_MEMBER) continue;
    client.act([&](client::Core& core) {
      const Status wished =
          core.set_role(group->id, member.name, wire::ROLE_LEAD, client.device_now());
      note(client, wished.ok() ? "makes somebody a lead" : "cannot: " + wished.error().what);
    });
    return true;
  }
  return false;
}

bool People::remove(ClientNode& client) {
  const auto group = led_by(client);
  if (!group || group->members.size() < 3) return false;
  const auto drawn = static_cast<std::size_t>(random_.below(group->members.size()));
  const client::MemberView& member = group->members[drawn];
  if (member.me) return false;
  client.act([&](client::Core& core) {
    const Status wished = core.remove_member(group->id, member.name, client.device_now());
    note(client, wished.ok() ? "takes out " + member.name
                             : "cannot take somebody out: " + wished.error().what);
    if (wished.ok()) ground_.history.removal_begins(group->id, member.identity);
  });
  return true;
}

// As long as enough stay for the others to have something to talk about.
bool People::leave(ClientNode& client) {
  for (const GroupView& group : client.core().groups()) {
    if (group.standing != GroupView::Standing::member || group.members.size() < 4) continue;
    const auto me = std::find_if(group.members.begin(), group.members.end(),
                                 [](const client::MemberView& member) { return member.me; });
    client.act([&](client::Core& core) {
      const Status left = core.leave_group(group.id, client.device_now());
      note(client, left.ok() ? "leaves " + group.name : "cannot leave: " + left.error().what);
      if (!left.ok()) return;
      ground_.world.count("leaves");
      ground_.history.removal_begins(group.id, me->identity);
    });
    return true;
  }
  return false;
}

void People::settle_contests() {
  ground_.history.unmuted();
  std::map<GroupId, bool> open;  // and whether somebody can settle it
  for (const auto& client : clients_) {
    if (!client->up()) continue;
    for (const GroupView& group : client->core().groups()) {
      const auto contested = ground_.secrecy.contested(client->name(), group.id);
      if (group.standing != GroupView::Standing::member || contested.empty()) continue;
      bool& settled = open[group.id];
      for (const client::MemberView& member : group.members) {
        if (contested.contains(member.identity)) settled |= settle_contest(*client, group, member);
      }
    }
  }
  for (const auto& [group, settled] : open) {
    if (!settled) ground_.history.muted(group);
  }
}

/// Once it was decided, deciding it again changes nothing.
bool People::settle_contest(ClientNode& client, const GroupView& group,
                            const client::MemberView& member) {
  const bool leads = std::any_of(
      group.members.begin(), group.members.end(),
      [](const client::MemberView& other) { return other.me && other.role == wire::ROLE_LEAD; });
  if (!leads || member.me) return false;
  if (!decided_.insert({client.name(), group.id, member.identity, group.epoch}).second) return true;
  bool done = false;
  client.act([&](client::Core& core) {
    if (random_.chance(500)) {
      done = core.remove_member(group.id, member.name, client.device_now()).ok();
      if (done) ground_.history.removal_begins(group.id, member.identity);
    }
    if (!done) done = core.keep_member(group.id, member.name, client.device_now()).ok();
    note(client, "decides whether " + member.name + " stays");
  });
  return done;
}

void People::answer_catch_ups() {
  for (const auto& client : clients_) {
    if (!client->up()) continue;
    for (const client::RequestView& request : client->core().requests()) {
      if (request.kind != client::RequestView::Kind::catch_up) continue;
      const std::array ids{request.id};
      client->act([&](client::Core& core) {
        if (core.approve(ids, client->device_now()).ok()) ground_.world.count("catch-ups");
      });
    }
  }
}

std::optional<GroupView> People::led_by(const ClientNode& client) {
  for (const GroupView& group : client.core().groups()) {
    if (group.standing != GroupView::Standing::member) continue;
    for (const client::MemberView& member : group.members) {
      if (member.me && member.role == wire::ROLE_LEAD) return group;
    }
  }
  return std::nullopt;
}

}  // namespace porchlight::sim
