#include "tests/sim/channel_habits.hpp"

#include "proto/base/encoding.hpp"
#include "proto/wire/body.pb.h"

namespace porchlight::sim {
namespace {

using client::ChannelId;
using client::ChannelView;

constexpr std::uint32_t channels_max = 2;
constexpr std::size_t name_bytes = 40;  // long enough to be found in whatever holds it
constexpr std::array answers = {"on my way", "cannot", "later"};

}  // namespace

ChannelHabits::ChannelHabits(const Ground& ground, Clients& clients)
    : ground_(ground), clients_(clients), random_(ground.world.stream("channels")) {}

void ChannelHabits::do_something() {
  using Act = bool (ChannelHabits::*)(ClientNode&);
  struct Habit {
    Act act;
    std::uint32_t weight;
  };
  static constexpr std::array habits = {
      Habit{&ChannelHabits::create, 4},  Habit{&ChannelHabits::invite, 10},
      Habit{&ChannelHabits::follow, 14}, Habit{&ChannelHabits::accept, 16},
      Habit{&ChannelHabits::alert, 18},  Habit{&ChannelHabits::clear, 5},
      Habit{&ChannelHabits::recall, 3},  Habit{&ChannelHabits::write, 6},
      Habit{&ChannelHabits::answer, 22}, Habit{&ChannelHabits::remove, 4}};
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

/// Unlike any other, and watched for in whatever an audience can read.
std::string ChannelHabits::word(std::string_view kind) {
  std::string text =
      "c" + std::to_string(++words_) + ' ' + std::string(kind) + ' ' + std::string(secret_word);
  text.resize(std::max(text.size(), name_bytes), '.');
  return text;
}

void ChannelHabits::note(const ClientNode& client, std::string_view what) {
  ground_.world.trace(client.name() + ' ' + std::string(what));
}

std::vector<Device> ChannelHabits::devices() const {
  std::vector<Device> all;
  for (const auto& client : clients_) {
    if (client->up()) all.push_back(client->device());
  }
  return all;
}

std::optional<ChannelView> ChannelHabits::pick(const ClientNode& client, ChannelView::Side side) {
  std::vector<ChannelView> views = client.core().channels();
  std::erase_if(views, [&](const ChannelView& view) {
    return view.side != side || view.standing == ChannelView::Standing::over;
  });
  if (views.empty()) return std::nullopt;
  return random_.pick(views);
}

// ---- coming in ----------------------------------------------------------------------------------

bool ChannelHabits::create(ClientNode& client) {
  const auto group = People::led_by(client);
  if (!group || made_ >= channels_max) return false;
  client.act([&](client::Core& core) {
    const auto made = core.create_channel(group->id, word("channel"), client.device_now());
    note(client, made.ok() ? "makes a channel" : "cannot make a channel: " + made.error().what);
    if (made.ok()) ++made_;
  });
  return true;
}

bool ChannelHabits::invite(ClientNode& client) {
  const auto channel = pick(client, ChannelView::Side::group);
  if (!channel || !channel->leads) return false;
  const client::Core::InviteOrder order{
      .group = channel->id,
      .to = word("gate"),
      .role = wire::ROLE_AUDIENCE,
      .lifetime = std::chrono::hours{random_.between(2, 4 * 24)},
      .uses = random_.chance(350) ? static_cast<std::uint32_t>(random_.between(2, 3)) : 1};
  std::optional<std::string> link;
  const bool kept = client.act([&](client::Core& core) {
    const auto made = core.create_invite(order, client.device_now());
    note(client, made.ok() ? "invites into an audience: " + order.to
                           : "cannot invite: " + made.error().what);
    if (made.ok()) link = made->str();
  });
  if (!kept || !link) return link.has_value();
  ground_.world.count("audience invites");
  const Start start = ground_.secrecy.channels().start(client.name(), channel->id);
  links_.push_back({*link, channel->id, order.to, order.uses, start});
  return true;
}

bool ChannelHabits::follow(ClientNode& client) {
  if (links_.empty() || !client.core().groups().empty()) return false;
  const std::size_t index = static_cast<std::size_t>(random_.below(links_.size()));
  const OpenLink open = links_[index];
  for (const ChannelView& view : client.core().channels()) {
    if (view.id == open.channel && view.standing == ChannelView::Standing::reading) return false;
  }
  if (--links_[index].uses == 0) {
    links_.erase(links_.begin() + static_cast<std::ptrdiff_t>(index));
  }
  // From here on its device may hold what the parcel gives, whatever becomes of it.
  ground_.secrecy.channels().may_enter(client.name(), open.channel, open.to, open.start);
  const bool kept = client.act([&](client::Core& core) {
    const auto link = wire::Link::parse(open.link);
    PORCHLIGHT_ASSERT(link.ok());
    const Status followed = core.follow(*link, client.device_now());
    note(client, followed.ok() ? "follows a link to a channel: " + open.to
                               : "cannot follow a link: " + followed.error().what);
  });
  if (kept) followed_[client.name()] = open;
  return true;
}

bool ChannelHabits::accept(ClientNode& client) {
  const auto offer = client.core().offer();
  const auto followed = followed_.find(client.name());
  if (!offer || offer->role != wire::ROLE_AUDIENCE || followed == followed_.end()) return false;
  if (offer->expires < client.device_now() && !random_.chance(100)) return false;
  const std::string name = word("volunteer");
  ground_.secrecy.channels().is_of(client.name(), name);
  bool taken = false;
  const bool kept = client.act([&](client::Core& core) {
    const auto words = core.accept_offer(name, client.device_now());
    taken = words.ok();
    note(client,
         words.ok() ? "reads a channel as " + name : "cannot accept: " + words.error().what);
  });
  if (kept && taken) {
    ground_.channels.came(followed->second.channel, client.device(), followed->second.to);
    followed_.erase(followed);
  }
  return true;
}

// ---- what is said -------------------------------------------------------------------------------

void ChannelHabits::say(ClientNode& client, const ChannelId& channel, wire::Body body,
                        std::uint32_t lifetime_hours) {
  body.set_sent_minute(wire::unix_minute(client.device_now()));
  body.set_zone("America/Chicago");
  body.set_lifetime_hours(lifetime_hours);
  Said said{channel, client.name(), ground_.channels.readers(channel, client.device(), devices()),
            std::min(client.device_now(), ground_.world.now()) + std::chrono::hours{lifetime_hours},
            body.has_ack() ? body.ack().alert() : ""};
  std::optional<MessageId> id;
  const bool kept = client.act([&](client::Core& core) {
    const auto made = core.say(channel, std::move(body), client.device_now());
    if (!made.ok()) return note(client, "cannot speak: " + made.error().what);
    id = *made;
    ground_.history.post_begins(*id);
  });
  if (!id) return;
  note(client, (kept ? "says " : "was about to say ") + hex_encode(id->view().first(4)));
  if (kept) ground_.channels.said(*id, std::move(said));
}

bool ChannelHabits::alert(ClientNode& client) {
  const auto channel = pick(client, ChannelView::Side::group);
  if (!channel) return false;
  wire::Body body;
  wire::Alert& alert = *body.mutable_alert();
  alert.set_urgency(random_.chance(500) ? wire::URGENCY_NOW : wire::URGENCY_SOON);
  alert.add_wordings()->set_text(word("alert"));
  if (random_.chance(750)) {
    for (const char* answer : answers) alert.add_answers(answer);
    alert.set_answer_delay_seconds(static_cast<std::uint32_t>(random_.between(5, 60)));
  }
  say(client, channel->id, std::move(body), limits::alert_lifetime_hours_max);
  return true;
}

bool ChannelHabits::clear(ClientNode& client) {
  const auto channel = pick(client, ChannelView::Side::group);
  if (!channel) return false;
  auto board = client.core().alerts(channel->id, client.device_now());
  if (board.alerts.empty()) return false;
  wire::Body body;
  body.mutable_all_clear()->set_alert(random_.pick(board.alerts).id.str());
  const bool is_corrected = random_.chance(300);
  body.mutable_all_clear()->set_kind(is_corrected ? wire::CLEAR_CORRECTED : wire::CLEAR_LEFT);
  if (is_corrected) body.mutable_all_clear()->add_wordings()->set_text(word("correction"));
  say(client, channel->id, std::move(body), limits::alert_lifetime_hours_max);
  return true;
}

bool ChannelHabits::recall(ClientNode& client) {
  const auto channel = pick(client, ChannelView::Side::group);
  if (!channel) return false;
  auto board = client.core().alerts(channel->id, client.device_now());
  if (board.alerts.empty()) return false;
  wire::Body body;
  body.mutable_recall()->set_alert(random_.pick(board.alerts).id.str());
  say(client, channel->id, std::move(body), limits::alert_lifetime_hours_max);
  return true;
}

bool ChannelHabits::write(ClientNode& client) {
  const auto side = random_.chance(500) ? ChannelView::Side::group : ChannelView::Side::audience;
  const auto channel = pick(client, side);
  if (!channel) return false;
  wire::Body body;
  const std::string text = word("text");
  if (side == ChannelView::Side::audience) {
    ground_.secrecy.channels().is_of(client.name(), text);
  }
  body.mutable_text()->set_text(text);
  say(client, channel->id, std::move(body), limits::text_lifetime_hours);
  return true;
}

bool ChannelHabits::answer(ClientNode& client) {
  const auto channel = pick(client, ChannelView::Side::audience);
  if (!channel) return false;
  auto board = client.core().alerts(channel->id, client.device_now());
  std::erase_if(board.alerts, [](const auto& alert) { return !alert.asks_for_answers(); });
  if (board.alerts.empty()) return false;
  wire::Body body;
  wire::Ack& ack = *body.mutable_ack();
  ack.set_alert(random_.pick(board.alerts).id.str());
  ack.set_answer(answers[random_.below(answers.size())]);
  ack.set_note(word("note"));
  ground_.secrecy.channels().is_of(client.name(), ack.note());
  ground_.world.count("answers");
  say(client, channel->id, std::move(body), limits::alert_lifetime_hours_max);
  return true;
}

bool ChannelHabits::remove(ClientNode& client) {
  const auto channel = pick(client, ChannelView::Side::group);
  if (!channel || !channel->leads) return false;
  auto audience = client.core().audience(channel->id);
  if (!audience || audience->empty()) return false;
  const client::AudienceView& entry = random_.pick(*audience);
  client.act([&](client::Core& core) {
    const Status wished = core.remove_from_audience(channel->id, entry.name, client.device_now());
    note(client, wished.ok() ? "takes out of an audience: " + entry.name
                             : "cannot take out of an audience: " + wished.error().what);
    if (wished.ok() && entry.identity) {
      ground_.channels.removal_begins(channel->id, *entry.identity);
    }
  });
  return true;
}

}  // namespace porchlight::sim
