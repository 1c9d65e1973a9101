// What people say.
#include "proto/base/encoding.hpp"
#include "proto/wire/body.pb.h"
#include "tests/sim/people.hpp"

namespace porchlight::sim {
namespace {

using client::GroupView;

wire::Body blank_body(const ClientNode& client) {
  wire::Body body;
  body.set_sent_minute(wire::unix_minute(client.device_now()));
  body.set_zone("America/Chicago");
  return body;
}

}  // namespace

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
