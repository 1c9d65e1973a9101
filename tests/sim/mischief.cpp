#include "tests/sim/mischief.hpp"

namespace porchlight::sim {
namespace {

constexpr std::size_t thefts_max = 4;
constexpr std::uint32_t words_at_once = 3;

}  // namespace

std::optional<GroupId> Mischief::pick_group(const ClientNode& client) {
  std::vector<client::GroupView> groups = client.core().groups();
  std::erase_if(groups, [](const client::GroupView& group) {
    return group.standing != client::GroupView::Standing::member;
  });
  if (groups.empty()) return std::nullopt;
  return random_.pick(groups).id;
}

void Mischief::make(ClientNode& client) {
  if (conduct_ == Conduct::good || !client.up()) return;
  const auto channel = pick_channel(client);
  if (channel && (conduct_ == Conduct::thief || random_.chance(600)))
    return make_in_channel(client, *channel);
  const auto group = pick_group(client);
  if (!group) return;
  if (conduct_ == Conduct::thief) {
    if (thefts_.empty() || random_.chance(200)) return steal(client, *group);
    return speak_from(random_.pick(thefts_));
  }
  const auto intruder = Intruder::enter(client.vault(), *group, random_);
  if (!intruder) return;
  if (conduct_ == Conduct::bad_lead && intruder->leads() && random_.chance(600)) {
    push_ahead(*intruder, client.name(), *group);
    // Another change of the same state: which comes first is the relay's to say.
    if (random_.chance(400)) push_ahead(*intruder, client.name(), *group);
    return;
  }
  misbehave(*intruder, client.name());
}

void Mischief::plant(Mail mail, const std::string& who, std::string_view what) {
  ground_.world.trace("with the keys of " + who + " somebody " + std::string(what));
  ground_.world.count("forgeries");
  ground_.relay.plant(mail.mailbox, std::move(mail.envelope));
}

void Mischief::misbehave(Intruder& intruder, const std::string& who) {
  switch (random_.below(3)) {
    case 0:
      if (auto frame = intruder.forge_frame()) plant(*std::move(frame), who, "forges a frame");
      return;
    case 1:
      if (auto garbage = intruder.bring_garbage())
        plant(*std::move(garbage), who, "brings garbage");
      return;
    default:
      auto change = intruder.forge_change(today());
      if (!change) return;
      ground_.records.forged(change->id);
      for (Mail& page : change->pages) ground_.relay.put(page.mailbox, std::move(page.envelope));
      plant(std::move(change->head), who, "forges a change");
  }
}

void Mischief::push_ahead(Intruder& intruder, const std::string& who, const GroupId& group) {
  std::set<VerifyKey> removed;
  auto change = intruder.change(today(), removed);
  if (!change) return;
  ground_.world.trace("with the keys of " + who + " somebody changes the group out of turn");
  ground_.world.count("changes out of turn");
  ground_.channels.disturbed();
  for (const VerifyKey& member : removed) ground_.history.removal_begins(group, member);
  for (Mail& page : change->pages) ground_.relay.put(page.mailbox, std::move(page.envelope));
  ground_.relay.put(change->head.mailbox, std::move(change->head.envelope));
}

// ---- in channels --------------------------------------------------------------------------------

std::optional<client::ChannelId> Mischief::pick_channel(const ClientNode& client) {
  std::vector<client::ChannelView> channels = client.core().channels();
  std::erase_if(channels, [](const client::ChannelView& channel) {
    return channel.standing == client::ChannelView::Standing::over;
  });
  if (channels.empty()) return std::nullopt;
  return random_.pick(channels).id;
}

std::vector<Bytes> Mischief::contents(const MailboxId& mailbox) {
  std::vector<Bytes> all;
  for (const auto& envelope : ground_.relay.contents(mailbox)) all.push_back(*envelope.bytes);
  return all;
}

void Mischief::put(Mail mail, std::string_view what) {
  ground_.world.trace("somebody " + std::string(what));
  ground_.world.count(what);
  ground_.relay.put(mail.mailbox, std::move(mail.envelope));
}

void Mischief::make_in_channel(ClientNode& client, const client::ChannelId& channel) {
  const auto intruder = ChannelIntruder::enter(client.vault(), channel, random_);
  if (!intruder) return;
  if (conduct_ != Conduct::thief) return misbehave_in_channel(*intruder, client.name());
  if (intruder->speaks() && voices_.size() < thefts_max) {
    ground_.world.trace("somebody copies the vault of " + client.name() + " to speak in a channel");
    voices_.emplace_back(client.vault(), channel);
  }
  if (voices_.empty()) return;
  auto& [vault, stolen] = random_.pick(voices_);
  const auto thief = ChannelIntruder::enter(vault, stolen, random_);
  if (!thief) return;
  auto mail = thief->speak("a word from a copy", wire::unix_minute(ground_.world.now()),
                           ChannelIntruder::Name::own, {});
  if (mail) put(*std::move(mail), "speaks in a channel from a copy");
}

void Mischief::misbehave_in_channel(ChannelIntruder& intruder, const std::string& who) {
  const std::uint64_t minute = wire::unix_minute(ground_.world.now());
  if (intruder.speaks()) {
    const auto heard = intruder.day_mailbox();
    if (!heard) return;
    const auto name =
        random_.chance(500) ? ChannelIntruder::Name::none : ChannelIntruder::Name::of_another;
    auto mail = intruder.speak("nobody's word", minute, name, contents(*heard));
    if (mail) put(*std::move(mail), "speaks in a channel under no name of theirs");
    return;
  }
  if (random_.chance(300)) {
    if (auto alert = intruder.forge_alert(minute)) plant(*std::move(alert), who, "forges an alert");
    return;
  }
  const auto mailboxes = intruder.reply_mailboxes();
  if (mailboxes.empty()) return;
  auto mail = intruder.bring_to_replies(contents(mailboxes.front()));
  if (mail) plant(*std::move(mail), who, "floods the answers");
}

void Mischief::steal(const ClientNode& client, const GroupId& group) {
  if (thefts_.size() >= thefts_max) return;
  const auto intruder = Intruder::enter(client.vault(), group, random_);
  if (!intruder) return;
  ground_.world.trace("somebody copies the vault of " + client.name() + " to speak as its owner");
  ground_.world.count("clones");
  ground_.history.cloned(group, intruder->identity());
  ground_.records.cloned(intruder->identity());
  ground_.channels.disturbed();
  thefts_.push_back({client.vault(), group});
  speak_from(thefts_.back());
}

void Mischief::speak_from(const Theft& theft) {
  const auto intruder = Intruder::enter(theft.vault, theft.group, random_);
  if (!intruder) return;
  for (std::uint32_t words = 0; words < words_at_once; ++words) {
    auto mail = intruder->speak("a word from a copy", wire::unix_minute(ground_.world.now()),
                                random_.below(words_at_once));
    if (!mail) return;
    ground_.world.trace("a copied vault speaks");
    ground_.world.count("words from copies");
    ground_.relay.put(mail->mailbox, std::move(mail->envelope));
  }
}

}  // namespace porchlight::sim
