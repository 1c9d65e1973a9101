#include "tests/sim/channel_history.hpp"

#include <algorithm>

#include "proto/base/encoding.hpp"

namespace porchlight::sim {
namespace {

using client::ChannelId;
using client::ChannelView;
using client::MessageView;
using Standing = client::ChannelView::Standing;

// As for groups: clocks differ, and a message expires by the clock of whoever looks.
constexpr std::chrono::hours expiry_margin{12};

std::string brief(ByteView id) { return hex_encode(id.first(4)); }

std::optional<ChannelView> view_of(const Device& device, const ChannelId& channel) {
  for (ChannelView& view : device.core->channels()) {
    if (view.id == channel) return std::move(view);
  }
  return std::nullopt;
}

bool is_in_group(const Device& device, const GroupId& group) {
  for (const client::GroupView& view : device.core->groups()) {
    if (view.id == group) return view.standing == client::GroupView::Standing::member;
  }
  return false;
}

std::string describe_audience(const Device& device, const ChannelId& channel) {
  const auto audience = device.core->audience(channel);
  if (!audience) return "none: " + audience.error().what;
  std::string text;
  for (const client::AudienceView& entry : *audience) {
    text += entry.name + (entry.invite ? " (invited)" : "") +
            (entry.identity ? ' ' + brief(entry.identity->view()) : "") + '\n';
  }
  return text;
}

bool is_of_a_takeover(const client::WarningView& warning) {
  return warning.kind == client::WarningView::Kind::taken_over;
}

/// Whether it came while whoever shows it was somebody of the audience, who learn no names.
bool is_nameless(const client::AlertView& alert) {
  return alert.message.sender.is_zero() && alert.message.voice == MessageView::Voice::channel;
}

/// Who said it is for the group alone, and its `message` differs by who looks.
std::string describe(const client::AlertBoard& board, ChannelView::Side side) {
  std::string text;
  for (const client::AlertView& alert : board.alerts) {
    text += brief(alert.id.view()) + ' ' + alert.message.body.SerializeAsString() + " called " +
            std::to_string(alert.calls) + ' ' +
            (alert.clear ? alert.clear->SerializeAsString() : "-") + '\n';
    if (side == ChannelView::Side::audience) continue;
    text += "by " + alert.message.sender_name + ", cleared by " + alert.cleared_by + '\n';
    for (const client::AnswerView& answer : alert.answers) {
      text += "  " + brief(answer.who.view()) + ' ' + answer.answer + ' ' + answer.note + '\n';
    }
  }
  return text;
}

std::map<MessageId, const MessageView*> by_id(const std::vector<MessageView>& messages) {
  std::map<MessageId, const MessageView*> all;
  for (const MessageView& message : messages) all.emplace(message.id, &message);
  return all;
}

/// What the channel said, without what was answered.
std::vector<MessageId> ids_of(const std::vector<MessageView>& messages, ChannelView::Side side) {
  std::vector<MessageId> ids;
  for (const MessageView& message : messages) {
    const bool is_answer = message.voice == MessageView::Voice::person;
    if (side == ChannelView::Side::group || !is_answer) ids.push_back(message.id);
  }
  return ids;
}

}  // namespace

std::string describe_channels(const client::Core& core, TimePoint now) {
  std::string text;
  for (const ChannelView& view : core.channels()) {
    text += brief(view.id.view()) + ' ' + view.name + ' ' + std::to_string(view.epoch) + ' ' +
            (view.standing == Standing::over ? "over " : "") + std::to_string(view.people) + '/' +
            std::to_string(view.invites) + (view.waits_for_list ? " waits for its list" : "") +
            '\n';
    text += describe_audience({"", &core, now, {}}, view.id);
    text += describe(core.alerts(view.id, now), view.side);
    for (const MessageView& message : core.channel_messages(view.id)) {
      text += brief(message.id.view()) + ' ' + message.sender_name + ' ' +
              std::to_string(static_cast<int>(message.standing)) + '\n';
    }
  }
  return text;
}

// ---- what happens -------------------------------------------------------------------------------

void ChannelHistory::on_kept(const std::string& device, std::span<const client::Write> writes) {
  ChannelHoldings& holdings = holdings_[device];
  for (const client::Write& write : writes) {
    if (const auto epoch = holdings.reads_too_late(write)) {
      world_.fail("boundaries: " + device + " reads what was said in epoch " +
                  std::to_string(*epoch) + " of a channel long after the next was made");
    }
  }
  holdings.apply(writes);
}

void ChannelHistory::said(const MessageId& id, Said said) {
  // The last answer counts: one before it that has not left is taken back.
  std::erase_if(said_, [&](const auto& other) {
    const Said& before = other.second;
    return !said.answers.empty() && before.answers == said.answers &&
           before.channel == said.channel && before.author == said.author;
  });
  said_.emplace(id, std::move(said));
  world_.count("said in channels");
}

void ChannelHistory::came(const ChannelId& channel, const Device& device, const std::string& to) {
  came_by_[{channel, device.name}].insert(to);
  out_.erase({channel, device.identity});
  forsaken_.erase({channel, device.name});
  // What was said around an earlier stay there is no matter of this one.
  std::erase_if(said_, [&](const auto& said) {
    return said.second.channel == channel && said.second.author == device.name;
  });
  for (auto& [id, said] : said_) {
    if (said.channel == channel) said.readers.erase(device.name);
  }
  world_.count("volunteers");
}

void ChannelHistory::removal_begins(const ChannelId& channel, const VerifyKey& person) {
  out_.insert({channel, person});
  world_.count("audience removals");
}

const ChannelHoldings::KeptChannel* ChannelHistory::kept(const Device& device,
                                                         const ChannelId& channel) const {
  const auto found = holdings_.find(device.name);
  return found == holdings_.end() ? nullptr : found->second.find(channel);
}

std::set<std::string> ChannelHistory::readers(const ChannelId& channel, const Device& by,
                                              const std::vector<Device>& devices) const {
  std::set<std::string> names;
  const auto own = view_of(by, channel);
  const auto audience = by.core->audience(channel);
  for (const Device& device : devices) {
    const auto view = view_of(device, channel);
    const auto* channel_kept = kept(device, channel);
    if (!view || !own || view->standing != Standing::reading || view->epoch != own->epoch) continue;
    if (view->side == ChannelView::Side::group) {
      if (is_in_group(device, channel_kept->owner->group)) names.insert(device.name);
    } else if (audience) {
      const bool is_listed =
          std::any_of(audience->begin(), audience->end(),
                      [&](const auto& entry) { return entry.identity == device.identity; });
      if (is_listed) names.insert(device.name);
    }
  }
  return names;
}

// A device that has started anew finds out again, and has been told already.
bool ChannelHistory::may_be_behind(const Device& device) {
  bool may = disturbed_;
  for (const ChannelView& view : device.core->channels()) {
    if (view.side != ChannelView::Side::audience) continue;
    if (view.standing == Standing::behind) forsaken_.insert({view.id, device.name});
    may |= forsaken_.contains({view.id, device.name});
  }
  return may;
}

const ChannelHoldings& ChannelHistory::holdings(const std::string& device) const {
  static const ChannelHoldings none;
  const auto found = holdings_.find(device);
  return found == holdings_.end() ? none : found->second;
}

bool ChannelHistory::all_know_card(const ChannelId& channel, const VerifyKey& person,
                                   std::uint32_t card) const {
  return std::all_of(holdings_.begin(), holdings_.end(), [&](const auto& entry) {
    const auto* own = entry.second.find(channel);
    if (own == nullptr || !own->owner || own->over) return true;
    const auto known = own->cards.find(person);
    return known != own->cards.end() && known->second > card;
  });
}

// ---- at rest ------------------------------------------------------------------------------------

std::map<ChannelId, ChannelHistory::Scene> ChannelHistory::scenes(
    const std::vector<Device>& devices) const {
  std::map<ChannelId, Scene> all;
  for (const Device& device : devices) {
    for (const ChannelView& view : device.core->channels()) {
      const auto* channel = kept(device, view.id);
      if (channel == nullptr || view.standing == Standing::over) continue;
      if (view.side == ChannelView::Side::audience) {
        all[view.id].listeners.push_back(&device);
      } else if (is_in_group(device, channel->owner->group) &&
                 !history_.is_muted(channel->owner->group)) {
        all[view.id].speakers.push_back(&device);
        all[view.id].is_led |= view.leads && channel->can_lead();
      }
    }
  }
  // A change that nobody stands for, as by somebody who was taken out at that moment, is its end.
  for (auto& [id, scene] : all) {
    for (const Device* device : scene.speakers) {
      if (std::ranges::any_of(device->core->warnings(), is_of_a_takeover)) scene.is_led = false;
    }
  }
  return all;
}

std::map<ChannelId, ChannelHistory::Membership> ChannelHistory::memberships(
    const std::vector<Device>& devices) const {
  std::map<ChannelId, Membership> all;
  for (const auto& [id, scene] : scenes(devices)) {
    if (!scene.is_led || disturbed_) continue;
    const Device& speaker = *scene.speakers.front();
    Membership& seen = all[id];
    seen.epoch = view_of(speaker, id)->epoch;
    const auto audience = speaker.core->audience(id);
    for (const client::AudienceView& entry : *audience) {
      if (entry.identity) seen.people.insert(*entry.identity);
      if (entry.invite) seen.open_invites.insert(entry.name);
    }
    for (const client::GroupView& group : speaker.core->groups()) {
      if (group.id != kept(speaker, id)->owner->group) continue;
      for (const client::MemberView& member : group.members) seen.people.insert(member.identity);
    }
  }
  return all;
}

std::optional<std::string> ChannelHistory::unrest(const std::vector<Device>& devices) const {
  for (const auto& [id, scene] : scenes(devices)) {
    if (!scene.is_led || disturbed_) continue;
    for (const Device* device : scene.speakers) {
      const ChannelView view = *view_of(*device, id);
      if (view.waits_for_keys) return device->name + " waits for a channel's new keys";
      if (view.waits_for_list) return device->name + " waits for a channel's list";
      if (view.leads && device->core->has_wishes_for(id)) {
        return device->name + " wants what a channel has not become yet";
      }
    }
    for (const Device* device : scene.listeners) {
      if (view_of(*device, id)->standing == Standing::entering) {
        return device->name + " waits for its grant";
      }
    }
  }
  return std::nullopt;
}

void ChannelHistory::check_rest(const std::vector<Device>& devices) const {
  for (const auto& [id, scene] : scenes(devices)) {
    // Where nobody can give it new keys it stands still, and says so in time.
    if (!scene.is_led || disturbed_) continue;
    check_speakers(id, scene);
    for (const Device* device : scene.listeners) check_listener(id, scene, *device);
    check_words(id, scene);
    check_arrivals(id, scene);
    world_.count("channels at rest");
  }
}

void ChannelHistory::check_speakers(const ChannelId& channel, const Scene& scene) const {
  const Device& first = *scene.speakers.front();
  for (const Device* device : scene.speakers) {
    const auto* one = kept(first, channel)->newest();
    const auto* other = kept(*device, channel)->newest();
    if (one->id != other->id) {
      world_.fail("agreement: " + first.name + " and " + device->name +
                  " rest in different epochs of a channel");
    }
    const std::string a = describe_audience(first, channel);
    const std::string b = describe_audience(*device, channel);
    if (a != b) {
      world_.fail("agreement: " + first.name + " and " + device->name +
                  " have different audiences of a channel:\n" + a + "-- the other:\n" + b);
    }
  }
}

void ChannelHistory::check_listener(const ChannelId& channel, const Scene& scene,
                                    const Device& device) const {
  const Device& speaker = *scene.speakers.front();
  const auto audience = speaker.core->audience(channel);
  const auto has = [&](auto&& matches) {
    return std::any_of(audience->begin(), audience->end(), matches);
  };
  const bool is_listed = has([&](const auto& entry) { return entry.identity == device.identity; });
  const ChannelView view = *view_of(device, channel);
  const bool is_current =
      kept(device, channel)->newest()->id == kept(speaker, channel)->newest()->id;
  const bool is_lost = view.standing == Standing::behind &&
                       kept(device, channel)->has_lost_the_root(*kept(speaker, channel));
  if (is_lost) world_.count("left behind by other roots");
  if (is_listed && !is_lost && (view.standing != Standing::reading || !is_current)) {
    return world_.fail("agreement: " + device.name + " is in the audience of a channel in epoch " +
                       std::to_string(view_of(speaker, channel)->epoch) + " and stands in epoch " +
                       std::to_string(view.epoch) + ", standing " +
                       std::to_string(static_cast<int>(view.standing)));
  }
  const auto came = came_by_.find({channel, device.name});
  const bool has_link = came != came_by_.end() && has([&](const auto& entry) {
                          return entry.invite && came->second.contains(entry.name);
                        });
  if (!is_listed && !has_link && is_current && out_.contains({channel, device.identity})) {
    world_.fail("boundaries: " + device.name + " was taken out of an audience and is still in it");
  }
}

// Everybody shows the same of what the channel said, and the group the same answers.
void ChannelHistory::check_words(const ChannelId& channel, const Scene& scene) const {
  const Device& first = *scene.speakers.front();
  const auto reference = first.core->channel_messages(channel);
  const auto compare = [&](const Device& device, ChannelView::Side side) {
    const auto messages = device.core->channel_messages(channel);
    const auto known = by_id(reference);
    for (const MessageView& message : messages) {
      const auto found = known.find(message.id);
      if (found != known.end() &&
          found->second->body.SerializeAsString() != message.body.SerializeAsString()) {
        return world_.fail("agreement: " + device.name + " has another body for " +
                           brief(message.id.view()));
      }
    }
    if (ids_of(messages, side) != ids_of(reference, side)) return;  // who came later has less
    const auto ours = first.core->alerts(channel, when_it_is(first, world_.now()));
    const auto theirs = device.core->alerts(channel, when_it_is(device, world_.now()));
    if (std::ranges::any_of(ours.alerts, is_nameless) ||
        std::ranges::any_of(theirs.alerts, is_nameless)) {
      side = ChannelView::Side::audience;
    }
    const std::string a = describe(ours, side);
    const std::string b = describe(theirs, side);
    if (a == b) return world_.count("same alerts");
    world_.fail("agreement: " + first.name + " and " + device.name +
                " show different alerts from the same messages:\n" + a + "-- the other:\n" + b);
  };
  for (const Device* device : scene.speakers) compare(*device, ChannelView::Side::group);
  for (const Device* device : scene.listeners) compare(*device, ChannelView::Side::audience);
}

void ChannelHistory::check_arrivals(const ChannelId& channel, const Scene& scene) const {
  const auto look = [&](const Device& device) {
    const auto messages = device.core->channel_messages(channel);
    const auto present = by_id(messages);
    const auto* own = kept(device, channel);
    for (const auto& [id, said] : said_) {
      if (said.channel != channel || !said.readers.contains(device.name)) continue;
      if (device.now > said.expires - expiry_margin) continue;
      if (out_.contains({channel, device.identity})) continue;
      if (own->owner && history_.is_out(own->owner->group, device.identity)) continue;
      if (!still_stands(channel, scene, said.author)) continue;
      const auto found = present.find(id);
      if (found == present.end()) {
        world_.fail("nothing lost: " + brief(id.view()) + ", which " + said.author +
                    " said in a channel, never came to " + device.name);
      } else if (found->second->standing == MessageView::Standing::queued) {
        world_.fail("nothing lost: " + brief(id.view()) + " is still queued at " + device.name);
      }
    }
  };
  for (const Device* device : scene.speakers) look(*device);
  for (const Device* device : scene.listeners) look(*device);
}

/// Whose words may be passed over since they were to be taken out does not count.
bool ChannelHistory::still_stands(const ChannelId& channel, const Scene& scene,
                                  const std::string& author) const {
  for (const Device* device : scene.speakers) {
    if (device->name != author) continue;
    return !history_.is_out(kept(*device, channel)->owner->group, device->identity);
  }
  for (const Device* device : scene.listeners) {
    if (device->name != author) continue;
    return !out_.contains({channel, device->identity}) &&
           view_of(*device, channel)->standing == Standing::reading;
  }
  return false;
}

}  // namespace porchlight::sim
