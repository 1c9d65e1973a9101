#include "tests/sim/history.hpp"

#include <algorithm>

#include "proto/base/encoding.hpp"
#include "tests/sim/channel_history.hpp"
#include "tests/sim/describe_work.hpp"

namespace porchlight::sim {
namespace {

using client::GroupView;
using client::MessageView;

// Clocks of clients differ by hours, and a message expires by the clock of whoever looks.
constexpr std::chrono::hours expiry_margin{12};
// Minutes are cut off, and a seq tells no more than the hour.
constexpr std::chrono::hours lost_margin{1};

std::string brief(ByteView id) { return hex_encode(id.first(4)); }

TimePoint expiry(const wire::Body& body) {
  return TimePoint{} + std::chrono::minutes{body.sent_minute()} +
         std::chrono::hours{body.lifetime_hours()};
}

const GroupView* find(const std::vector<GroupView>& groups, const GroupId& id) {
  const auto found = std::find_if(groups.begin(), groups.end(),
                                  [&](const GroupView& group) { return group.id == id; });
  return found == groups.end() ? nullptr : &*found;
}

bool is_member(const GroupView& group) { return group.standing == GroupView::Standing::member; }

// Everything a board shows, in one line for each sighting.
std::string describe(const client::Board& board) {
  std::string text;
  for (const client::SightingView& sighting : board.sightings) {
    text += sighting.short_id + ' ' + brief(sighting.id.view()) + ' ' +
            std::to_string(static_cast<int>(sighting.standing)) + " claimed by " +
            sighting.claimed_by.value_or("-") + " outcome by " + sighting.outcome_by.value_or("-") +
            ' ' + (sighting.outcome ? sighting.outcome->SerializeAsString() : "-") + ' ' +
            sighting.closing_note.value_or("-") + ' ' + std::to_string(sighting.duplicates.size()) +
            ' ' + std::to_string(sighting.eta_minutes.value_or(0)) + ' ' +
            (sighting.claim ? brief(sighting.claim->id.view()) : "-") + ' ' +
            std::to_string(sighting.corrections.size()) + (sighting.taken_back ? " gone" : "") +
            sighting.report.body.sighting().SerializeAsString() + '\n';
  }
  return text;
}

std::string describe(const std::vector<MessageView>& messages) {
  std::string text;
  for (const MessageView& message : messages) {
    text += brief(message.id.view()) + ' ' + message.sender_name + ' ' +
            std::to_string(static_cast<int>(message.standing)) + ' ' +
            message.body.SerializeAsString() + '\n';
  }
  return text;
}

std::string describe(const std::vector<GroupView>& groups) {
  std::string text;
  for (const GroupView& group : groups) {
    text += brief(group.id.view()) + ' ' + group.name + ' ' + std::to_string(group.epoch) + ' ' +
            std::to_string(static_cast<int>(group.standing));
    for (const client::MemberView& member : group.members) {
      text += ' ' + member.name + '/' + std::to_string(static_cast<int>(member.role)) +
              brief(member.identity.view());
    }
    text += '\n';
  }
  return text;
}

std::string describe_rest(const client::Core& core, TimePoint now) {
  std::string text;
  std::vector<client::InviteView> invites = core.invites(now);
  std::sort(invites.begin(), invites.end(),
            [](const client::InviteView& a, const client::InviteView& b) { return a.id < b.id; });
  for (const client::InviteView& invite : invites) {
    text += invite.id + ' ' + invite.to + ' ' + std::to_string(static_cast<int>(invite.standing)) +
            '\n';
  }
  for (const client::RequestView& request : core.requests()) {
    text += request.id + ' ' + request.name + ' ' + request.invited_as + '\n';
  }
  for (const client::WarningView& warning : core.warnings()) text += warning.text + '\n';
  const client::Health health = core.health(now);
  return text + std::to_string(health.session_tokens) + ' ' + std::to_string(health.enroll_tokens) +
         ' ' + std::to_string(health.queued);
}

}  // namespace

TimePoint when_it_is(const Device& device, TimePoint time) {
  const auto ahead = device.core->health(device.now).clock_ahead_minutes.value_or(0);
  return time + std::chrono::minutes{std::max<std::int64_t>(ahead, 0)};
}

bool warns_of_its_clock(const client::Core& core) {
  const auto warnings = core.warnings();
  return std::any_of(warnings.begin(), warnings.end(), [](const client::WarningView& warning) {
    return warning.kind == client::WarningView::Kind::clock;
  });
}

/// Devices say these again by themselves, to who is new.
bool History::is_of_library(const MessageId& id) const {
  const auto known = bodies_.find(id);
  wire::Body body;
  return known != bodies_.end() && body.ParseFromString(known->second) && body.has_library_item();
}

void History::stored(const MessageId& id) {
  if (!begun_.contains(id) && !is_of_library(id)) {
    world_.fail("no silent change: a message was reported stored that nobody posted: " +
                brief(id.view()));
  }
  stored_.insert(id);
}

void History::check_device(const Device& device) {
  for (const GroupView& group : device.core->groups()) {
    check_group(device, group);
    // What was queued there when this member was taken out is gone.
    if (group.standing != GroupView::Standing::removed) check_messages(device, group.id);
  }
  check_warnings(device);
}

/// Those who were there before and stay come first, in their order.
bool History::goes_on_from(const std::vector<RosterLine>& before,
                           const std::vector<RosterLine>& after) {
  const auto is_in = [](const std::vector<RosterLine>& roster, const RosterLine& line) {
    return std::any_of(roster.begin(), roster.end(),
                       [&](const RosterLine& other) { return other.identity == line.identity; });
  };
  auto place = after.begin();
  for (const RosterLine& line : before) {
    if (!is_in(after, line)) continue;
    if (place == after.end() || place->identity != line.identity) return false;
    ++place;
  }
  return std::none_of(place, after.end(),
                      [&](const RosterLine& line) { return is_in(before, line); });
}

void History::check_group(const Device& device, const GroupView& group) {
  if (group.standing == GroupView::Standing::halted) {
    world_.fail("no silent change: " + device.name +
                " halted a group that nothing newer was written in");
  }
  if (!is_member(group)) return;
  std::vector<RosterLine> roster;
  for (const client::MemberView& member : group.members) {
    roster.push_back({member.identity, member.role});
  }
  const auto placed = sides_.find(device.name);
  const std::size_t side = placed == sides_.end() ? 0 : placed->second;
  const auto [known, fresh] = rosters_.emplace(std::tuple(side, group.id, group.epoch), roster);
  if (fresh) world_.count("epochs");
  if (known->second != roster) {
    world_.fail("agreement: " + device.name + " has another epoch " + std::to_string(group.epoch) +
                " of group " + brief(group.id.view()) + " than others have");
  }
  const auto previous = rosters_.find({side, group.id, group.epoch - 1});
  if (group.epoch > 0 && previous != rosters_.end() && !goes_on_from(previous->second, roster)) {
    world_.fail("agreement: epoch " + std::to_string(group.epoch) + " at " + device.name +
                " does not go on from the one before");
  }
  std::uint32_t& epoch = epoch_of_[{device.name, group.id}];
  if (group.epoch < epoch)
    world_.fail("agreement: " + device.name + " went back to an earlier epoch");
  epoch = group.epoch;
}

void History::check_messages(const Device& device, const GroupId& group) {
  auto& seen = seen_[{device.name, group}];
  std::set<MessageId> present;
  for (const MessageView& message : device.core->messages(group)) {
    if (!present.insert(message.id).second) {
      world_.fail("no silent change: " + device.name + " shows message " +
                  brief(message.id.view()) + " twice");
    }
    const std::string bytes = message.body.SerializeAsString();
    const auto [known, fresh] = bodies_.emplace(message.id, bytes);
    if (!fresh && known->second != bytes) {
      world_.fail("agreement: " + device.name + " has another body for message " +
                  brief(message.id.view()));
    }
    born_.emplace(message.id, world_.now());
    if (seen.emplace(message.id, world_.now()).second && !message.mine) world_.count("arrivals");
  }
  // What was gone in time is not asked for again when a clock is set back.
  std::erase_if(seen, [&](const auto& entry) {
    const MessageId& id = entry.first;
    if (present.contains(id)) return false;
    if (std::min(device.now, world_.now()) < sure_life(id) - lost_margin) {
      world_.fail("nothing lost: " + device.name + " lost message " + brief(id.view()) +
                  " that it had shown");
    }
    return true;
  });
}

TimePoint History::sure_life(const MessageId& id) const {
  wire::Body body;
  body.ParseFromString(bodies_.at(id));
  if (body.has_library_item()) return {};  // a newer one takes its place
  return std::min(expiry(body), born_.at(id) + std::chrono::hours{body.lifetime_hours()});
}

void History::check_warnings(const Device& device) {
  if (honesty_ == Honesty::dishonest) return;
  for (const client::WarningView& warning : device.core->warnings()) {
    // Leads got into each other's way, and a person has to look: that is nobody's fault.
    if (warning.kind == client::WarningView::Kind::removal_lost) continue;
    using Kind = client::WarningView::Kind;
    if (warning.kind == Kind::left_behind && forsaken_(device)) continue;
    // Who is taken out may speak in a channel before they know, or change it.
    const bool is_by_an_outsider =
        warning.kind == Kind::unattributed || warning.kind == Kind::taken_over;
    if (is_by_an_outsider && !out_.empty()) continue;
    // That of its clock is over at rest.
    if (warning.kind == client::WarningView::Kind::clock) continue;
    world_.fail("no false alarm: " + device.name +
                " warns although all are honest: " + warning.text);
  }
}

void History::check_reload(const Device& device, const client::Core& reloaded) {
  const auto differ = [&](std::string_view what, const std::string& running,
                          const std::string& kept) {
    if (running == kept) return;
    world_.fail("nothing lost: " + device.name + " had not kept its " + std::string(what) + ":\n" +
                running + "-- kept:\n" + kept);
  };
  const std::vector<GroupView> groups = device.core->groups();
  differ("groups", describe(groups), describe(reloaded.groups()));
  for (const GroupView& group : groups) {
    differ("messages", describe(device.core->messages(group.id)),
           describe(reloaded.messages(group.id)));
  }
  differ("channels", describe_channels(*device.core, device.now),
         describe_channels(reloaded, device.now));
  differ("state", describe_rest(*device.core, device.now), describe_rest(reloaded, device.now));
}

void History::check_rest(const std::vector<Device>& devices) {
  check_members(devices);
  for (const Device& device : devices) {
    check_device(device);
    // Who is in no group has nothing to connect for.
    const std::vector<GroupView> groups = device.core->groups();
    if (warns_of_its_clock(*device.core) && std::any_of(groups.begin(), groups.end(), is_member)) {
      world_.fail("no false alarm: " + device.name + " warns of a clock that is right");
    }
    for (const GroupView& group : device.core->groups()) {
      if (!is_member(group)) continue;
      check_arrivals(device, group);
      for (const Device& other : devices) {
        if (other.name > device.name) check_pair(device, other, group.id);
      }
    }
  }
}

// Who stands in a roster was welcomed, and who was welcomed stands in it.
void History::check_members(const std::vector<Device>& devices) {
  struct Count {
    std::size_t listed = 0;
    std::size_t welcomed = 0;
    std::size_t apart = 0;  // keys did not come, or it wants to leave: in, or taken out meanwhile
  };
  std::map<GroupId, Count> counts;
  for (const Device& device : devices) {
    for (const GroupView& group : device.core->groups()) {
      Count& count = counts[group.id];
      count.apart += group.standing == GroupView::Standing::behind ||
                     group.standing == GroupView::Standing::leaving;
      if (!is_member(group)) continue;
      count.listed = std::max(count.listed, group.members.size());
      count.welcomed += 1;
    }
  }
  const auto standings = [&](const GroupId& id) {
    std::string text;
    for (const Device& device : devices) {
      const std::vector<GroupView> groups = device.core->groups();
      const GroupView* group = find(groups, id);
      text += ", " + device.name + ' ' +
              (group == nullptr ? "out" : std::to_string(static_cast<int>(group->standing)));
    }
    return text;
  };
  for (const auto& [id, count] : counts) {
    if (count.welcomed == 0) continue;
    if (count.listed < count.welcomed || count.listed > count.welcomed + count.apart) {
      world_.fail("agreement: group " + brief(id.view()) + " lists " +
                  std::to_string(count.listed) + " members, and " + std::to_string(count.welcomed) +
                  " devices are in it" + standings(id));
    }
  }
}

void History::check_arrivals(const Device& device, const GroupView& group) {
  std::map<MessageId, MessageView::Standing> present;
  for (const MessageView& message : device.core->messages(group.id)) {
    present.emplace(message.id, message.standing);
    // A message that was long under way lives on from when it came. One's own may have been queued.
    const TimePoint late = seen_.at({device.name, group.id}).at(message.id) +
                           std::chrono::hours{message.body.lifetime_hours()};
    if (!message.mine && device.now > std::max(expiry(message.body), late) + expiry_margin) {
      world_.fail("erasure: " + device.name + " still holds an expired message");
    }
  }
  const auto me = std::find_if(group.members.begin(), group.members.end(),
                               [](const client::MemberView& member) { return member.me; });
  if (me == group.members.end()) {
    world_.fail("agreement: " + device.name + " does not stand in its own roster");
    return;
  }
  if (muted_.contains(group.id)) return;
  for (const auto& [id, post] : posts_) {
    if (post.group != group.id || !post.audience.contains(me->identity)) continue;
    if (device.now > post.expires - expiry_margin) continue;
    if (out_.contains({group.id, me->identity}) || out_.contains({group.id, post.sender})) continue;
    const auto found = present.find(id);
    if (found == present.end()) {
      world_.fail("nothing lost: message " + brief(id.view()) + " of " + post.author +
                  " never came to " + device.name +
                  (stored_.contains(id) ? ", although it was stored" : ""));
    } else if (found->second == MessageView::Standing::queued) {
      world_.fail("nothing lost: message " + brief(id.view()) + " is still queued at " +
                  device.name);
    }
  }
}

// What both hold stands in the same order, and where both hold the same the boards are the same.
void History::check_pair(const Device& a, const Device& b, const GroupId& group) {
  const std::vector<GroupView> groups = b.core->groups();
  const GroupView* theirs = find(groups, group);
  if (theirs == nullptr || !is_member(*theirs)) return;
  const std::vector<GroupView> own = a.core->groups();
  if (find(own, group)->epoch != theirs->epoch) {
    world_.fail("agreement: " + a.name + " and " + b.name + " rest in different epochs");
  }
  const auto ids = [&](const Device& device) {
    std::vector<MessageId> all;
    for (const MessageView& message : device.core->messages(group)) all.push_back(message.id);
    return all;
  };
  const auto keep_common = [](std::vector<MessageId> list, const std::vector<MessageId>& other) {
    const std::set<MessageId> common(other.begin(), other.end());
    std::erase_if(list, [&](const MessageId& id) { return !common.contains(id); });
    return list;
  };
  const std::vector<MessageId> a_ids = ids(a);
  const std::vector<MessageId> b_ids = ids(b);
  if (keep_common(a_ids, b_ids) != keep_common(b_ids, a_ids)) {
    world_.fail("agreement: " + a.name + " and " + b.name +
                " show the same messages in different orders");
  }
  const auto board = [&](const Device& device) {
    const TimePoint now = when_it_is(device, world_.now());
    return describe(device.core->board(group, now)) +
           describe_work(device.core->live_messages(group, now));
  };
  const std::string a_board = board(a);
  const std::string b_board = board(b);
  if (a_ids == b_ids && a_board != b_board) {
    world_.fail("agreement: " + a.name + " and " + b.name +
                " have different boards from the same messages:\n" + a_board + "-- the other:\n" +
                b_board);
  }
}

}  // namespace porchlight::sim
