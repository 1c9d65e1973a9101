#include "tests/sim/people.hpp"

#include "proto/base/encoding.hpp"
#include "proto/wire/body.pb.h"

namespace porchlight::sim {
namespace {

using client::GroupView;

constexpr std::uint32_t groups_max = 3;

wire::Body blank_body(const ClientNode& client) {
  wire::Body body;
  body.set_sent_minute(wire::unix_minute(client.device_now()));
  body.set_zone("America/Chicago");
  return body;
}

}  // namespace

People::People(const Ground& ground, Clients& clients)
    : ground_(ground), clients_(clients), random_(ground.world.random()) {}

void People::do_something() {
  using Act = bool (People::*)(ClientNode&);
  struct Habit {
    Act act;
    std::uint32_t weight;
  };
  static constexpr std::array habits = {
      Habit{&People::create_group, 2},   Habit{&People::invite, 14},
      Habit{&People::follow, 18},        Habit{&People::accept, 18},
      Habit{&People::approve, 4},        Habit{&People::approve_together, 5},
      Habit{&People::deny, 1},           Habit{&People::revoke, 1},
      Habit{&People::rekey, 3},          Habit{&People::promote, 2},
      Habit{&People::remove, 3},         Habit{static_cast<Act>(&People::post_text), 20},
      Habit{&People::post_sighting, 10}, Habit{&People::post_verification, 13}};
  std::uint32_t total = 0;
  for (const Habit& habit : habits) total += habit.weight;
  std::uint64_t drawn = random_.below(total);
  const Habit* habit = habits.begin();
  for (; drawn >= habit->weight; ++habit) drawn -= habit->weight;
  const std::size_t first = static_cast<std::size_t>(random_.below(clients_.size()));
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    ClientNode& client = *clients_[(first + i) % clients_.size()];
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
  if (!offer || (offer->expires < client.device_now() && !random_.chance(100))) return false;
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

std::optional<GroupView> People::led_by(const ClientNode& client) {
  for (const GroupView& group : client.core().groups()) {
    if (group.standing != GroupView::Standing::member) continue;
    for (const client::MemberView& member : group.members) {
      if (member.me && member.role == wire::ROLE_LEAD) return group;
    }
  }
  return std::nullopt;
}

// ---- saying something -----------------------------------------------------------------------

void People::post(ClientNode& client, const GroupId& group, wire::Body body,
                  std::uint32_t lifetime_hours) {
  body.set_lifetime_hours(lifetime_hours);
  Post post{.group = group,
            .author = client.name(),
            .sender = {},
            .audience = {},
            .expires = std::min(client.device_now(), ground_.world.now()) +
                       std::chrono::hours{lifetime_hours}};
  for (const GroupView& view : client.core().groups()) {
    if (view.id != group) continue;
    for (const client::MemberView& member : view.members) {
      post.audience.insert(member.identity);
      if (member.me) post.sender = member.identity;
    }
  }
  std::optional<MessageId> id;
  const bool kept = client.act([&](client::Core& core) {
    auto posted = core.post(group, std::move(body), client.device_now());
    if (posted.ok()) {
      id = *posted;
      ground_.history.post_begins(*id);
    } else {
      ground_.world.fail(client.name() + " could not post: " + posted.error().what);
    }
  });
  if (!id) return;
  note(client, (kept ? "posts " : "was about to post ") + hex_encode(id->view().first(4)));
  if (kept) ground_.history.posted(*id, std::move(post));
}

bool People::post_text(ClientNode& client) {
  std::vector<GroupView> groups = client.core().groups();
  const GroupView* group = pick_group(groups);
  if (group == nullptr) return false;
  post_text(client, *group);
  return true;
}

void People::post_text(ClientNode& client, const GroupView& group) {
  wire::Body body = blank_body(client);
  body.mutable_text()->set_text(word("text") + std::string(random_.below(1'000), '.'));
  post(client, group.id, std::move(body), limits::text_lifetime_hours);
}

bool People::post_sighting(ClientNode& client) {
  std::vector<GroupView> groups = client.core().groups();
  const GroupView* group = pick_group(groups);
  if (group == nullptr) return false;
  wire::Body body = blank_body(client);
  wire::Sighting& sighting = *body.mutable_sighting();
  sighting.set_size(word("size"));
  sighting.set_activity(word("activity"));
  sighting.set_location(word("location"));
  sighting.set_uniform(word("uniform"));
  sighting.set_observed_minute(body.sent_minute());
  sighting.set_equipment(word("equipment"));
  sighting.set_first_hand(random_.chance(500));
  post(client, group->id, std::move(body),
       static_cast<std::uint32_t>(
           random_.between(limits::sighting_lifetime_hours, limits::sighting_lifetime_hours_max)));
  return true;
}

bool People::post_verification(ClientNode& client) {
  std::vector<GroupView> groups = client.core().groups();
  const GroupView* group = pick_group(groups);
  if (group == nullptr) return false;
  client::Board board = client.core().board(group->id, client.device_now());
  if (board.sightings.empty()) return false;
  const client::SightingView& sighting = random_.pick(board.sightings);
  wire::Body body = blank_body(client);
  wire::Verification& verification = *body.mutable_verification();
  verification.set_sighting(sighting.id.str());
  const bool is_oldest = sighting.id == board.sightings.front().id;
  switch (random_.below(is_oldest ? 3 : 4)) {
    case 0:
      verification.mutable_claim()->set_eta_minutes(
          static_cast<std::uint32_t>(random_.between(1, 60)));
      break;
    case 1:
      verification.mutable_outcome()->set_kind(wire::OUTCOME_CONFIRMED);
      verification.mutable_outcome()->set_basis(word("basis"));
      break;
    case 2:
      verification.mutable_closure()->set_note(word("closure"));
      break;
    default:
      verification.mutable_outcome()->set_kind(wire::OUTCOME_DUPLICATE);
      verification.mutable_outcome()->set_basis(word("basis"));
      verification.mutable_outcome()->set_duplicate_of(board.sightings.front().id.str());
  }
  post(client, group->id, std::move(body), limits::sighting_lifetime_hours_max);
  return true;
}

}  // namespace porchlight::sim
