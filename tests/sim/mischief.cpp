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

void Mischief::misbehave(Intruder& intruder, const std::string& who) {
  const auto plant = [&](Mail mail, std::string_view what) {
    ground_.world.trace("with the keys of " + who + " somebody " + std::string(what));
    ground_.world.count("forgeries");
    ground_.relay.plant(mail.mailbox, std::move(mail.envelope));
  };
  switch (random_.below(3)) {
    case 0:
      if (auto frame = intruder.forge_frame()) plant(*std::move(frame), "forges a frame");
      return;
    case 1:
      if (auto garbage = intruder.bring_garbage()) plant(*std::move(garbage), "brings garbage");
      return;
    default:
      auto change = intruder.forge_change(today());
      if (!change) return;
      ground_.records.forged(change->id);
      for (Mail& page : change->pages) ground_.relay.put(page.mailbox, std::move(page.envelope));
      plant(std::move(change->head), "forges a change");
  }
}

void Mischief::push_ahead(Intruder& intruder, const std::string& who, const GroupId& group) {
  std::set<VerifyKey> removed;
  auto change = intruder.change(today(), removed);
  if (!change) return;
  ground_.world.trace("with the keys of " + who + " somebody changes the group out of turn");
  ground_.world.count("changes out of turn");
  for (const VerifyKey& member : removed) ground_.history.removal_begins(group, member);
  for (Mail& page : change->pages) ground_.relay.put(page.mailbox, std::move(page.envelope));
  ground_.relay.put(change->head.mailbox, std::move(change->head.envelope));
}

void Mischief::steal(const ClientNode& client, const GroupId& group) {
  if (thefts_.size() >= thefts_max) return;
  const auto intruder = Intruder::enter(client.vault(), group, random_);
  if (!intruder) return;
  ground_.world.trace("somebody copies the vault of " + client.name() + " to speak as its owner");
  ground_.world.count("clones");
  ground_.history.cloned(group, intruder->identity());
  ground_.records.cloned(intruder->identity());
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
