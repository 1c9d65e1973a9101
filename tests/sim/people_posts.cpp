// What people say.
#include "client/core/library.hpp"
#include "client/core/roll_call.hpp"
#include "client/core/shifts.hpp"
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

using Messages = std::vector<client::MessageView>;

bool retract(SeededRandom& random, const Messages& said, wire::Body& body) {
  std::vector<const client::MessageView*> own;
  for (const client::MessageView& message : said) {
    if (message.mine && !message.body.has_library_item()) own.push_back(&message);
  }
  if (own.empty()) return false;
  body.mutable_retraction()->set_message(random.pick(own)->id.str());
  return true;
}

/// Now and then one that takes the item out.
void say_library(SeededRandom& random, const Messages& said, const std::string& text,
                 wire::Body& body) {
  const client::Library library = client::make_library(said);
  wire::LibraryItem& item = *body.mutable_library_item();
  item.set_title("title");
  item.set_language(random.chance(500) ? "en" : "es");
  if (library.items.empty() || random.chance(300)) {
    item.set_item(random.fixed<MessageId>().str());
    item.set_version(1);
  } else {
    const client::LibraryItemView& known = random.pick(library.items);
    item.set_item(known.id.str());
    item.set_version(known.version + static_cast<std::uint32_t>(random.below(2)));
    if (random.chance(200)) return;
  }
  item.set_text(text);
}

bool answer_roll_call(SeededRandom& random, const Messages& said, wire::Body& body) {
  const auto calls = client::make_roll_calls(said);
  if (calls.empty()) return false;
  wire::RollCallAnswer& answer = *body.mutable_roll_call_answer();
  answer.set_roll_call(random.pick(calls).id.str());
  answer.set_kind(random.chance(700) ? wire::ROLL_CALL_OK : wire::ROLL_CALL_URGENT);
  return true;
}

void plan_shift(SeededRandom& random, const client::ShiftBoard& board, const std::string& site,
                wire::Body& body) {
  std::vector<const client::ShiftView*> own;
  for (const client::ShiftView& shift : board.shifts) {
    if (shift.plan.mine) own.push_back(&shift);
  }
  if (!own.empty() && random.chance(500)) body.set_supersedes(random.pick(own)->id.str());
  wire::Shift& shift = *body.mutable_shift();
  shift.set_site(site);
  shift.set_start_minute(body.sent_minute() + random.below(1'000));
  shift.set_end_minute(shift.start_minute() + 60);
  shift.set_max_people(static_cast<std::uint32_t>(random.between(1, 3)));
}

bool act_on_shift(SeededRandom& random, const client::ShiftBoard& board, const GroupView& group,
                  wire::Body& body) {
  if (board.shifts.empty()) return false;
  wire::ShiftAct& act = *body.mutable_shift_act();
  act.set_shift(random.pick(board.shifts).id.str());
  act.set_kind(
      static_cast<wire::ShiftActKind>(random.between(wire::SHIFT_CLAIM, wire::SHIFT_HAND_OVER)));
  if (act.kind() == wire::SHIFT_HAND_OVER) act.set_to(random.pick(group.members).identity.str());
  return true;
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
  // Its place may be taken by a newer one before it is anywhere.
  if (body.has_library_item()) post.expires = TimePoint{};
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
  switch (random_.below(is_oldest ? 4 : 5)) {
    case 0:
      verification.mutable_claim()->set_eta_minutes(
          static_cast<std::uint32_t>(random_.between(1, 60)));
      if (sighting.claim) verification.mutable_claim()->set_over(sighting.claim->id.str());
      break;
    case 3:
      verification.mutable_release()->set_note(word("release"));
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

bool People::post_work(ClientNode& client) {
  std::vector<GroupView> groups = client.core().groups();
  const GroupView* group = pick_group(groups);
  if (group == nullptr) return false;
  const Messages said = client.core().live_messages(group->id, client.device_now());
  const client::ShiftBoard shifts = client::make_shifts(said);
  wire::Body body = blank_body(client);
  std::uint32_t lifetime_hours = limits::shift_lifetime_hours;
  bool has_any = true;
  switch (random_.below(6)) {
    case 0: {
      std::vector<VerifyKey> people;
      for (const client::MemberView& member : group->members) people.push_back(member.identity);
      client::ask(people, *body.mutable_roll_call());
      body.mutable_roll_call()->set_text(word("roll call"));
      lifetime_hours = limits::roll_call_lifetime_hours;
      break;
    }
    case 1:
      has_any = answer_roll_call(random_, said, body);
      lifetime_hours = limits::roll_call_lifetime_hours_max;
      break;
    case 2:
      plan_shift(random_, shifts, word("site"), body);
      break;
    case 3:
      has_any = act_on_shift(random_, shifts, *group, body);
      break;
    case 4:
      say_library(random_, said, word("library"), body);
      lifetime_hours = limits::library_lifetime_hours;
      break;
    default:
      has_any = retract(random_, said, body);
  }
  if (has_any) post(client, group->id, std::move(body), lifetime_hours);
  return has_any;
}

}  // namespace porchlight::sim
