// Cards of one's own and of others (clauses 8.2 and 8.4): a new one each week, told to the group
// and its leads; the secrets of old ones go when nothing can come for them any more.
#include "client/core/bodies.hpp"
#include "client/core/state.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/envelope.hpp"

namespace porchlight::client {

void Core::State::renew_card(TimePoint now) {
  // A clock that nobody agrees with would spend cards, or never renew one.
  // The other life of a restored vault may have posted one that was not read yet.
  if ((groups.empty() && channels.empty()) || !relay.clocks_checked(now) || restored.is_on()) {
    return;
  }
  const std::uint32_t today = relay.sure_day(now);
  const std::uint32_t made = me.newest().made_day;
  const bool is_due = today >= made + limits::card_days || made > today + limits::card_days;
  if (!is_due || me.cards().size() >= limits::cards_held_max) return;
  me.renew_card(random, today, 0);
  me.save(journal);
}

void Core::State::tell_card(Group& group, TimePoint now) {
  const RosterEntry* mine = group.roster().find(me.id());
  if (mine == nullptr || group.removed() || group.halted() || group.leaving() ||
      mine->card().version >= me.newest().version) {
    return;
  }
  for (const StoredMessage* message : messages.queued(group.id())) {
    if (message->body.has_card_update()) return;
  }
  wire::Body body;
  body.mutable_card_update()->set_card(to_string(me.card()));
  const Status complete = complete_body(body, random, now);
  PORCHLIGHT_ASSERT(complete.ok());
  const EpochHead& head = group.newest().head;
  wire::InboxMessage message;
  message.set_card_notice(
      to_string(make_card_notice(group.id(), head.number, head.id, me.card(), me.identity())));
  const Bytes payload = serialise(message);
  for (const RosterEntry& lead : group.roster().entries()) {
    if (lead.role != wire::ROLE_LEAD || lead.identity() == me.id()) continue;
    auto envelope = wire::seal_envelope(lead.card().seal_key, payload);
    PORCHLIGHT_ASSERT(envelope.ok());
    OutboxEntry entry;
    entry.item.address = lead.card().inbox;
    entry.item.envelope = std::move(envelope).value();
    entry.purpose = OutboxPurpose::card;
    entry.group = group.id();
    outbox.add(std::move(entry));
  }
  queue(group, std::move(body), now);
}

void Core::State::retire_cards(TimePoint now) {
  if (!relay.clocks_checked(now)) return;
  bool out = std::none_of(outbox.entries().begin(), outbox.entries().end(), [](const auto& entry) {
    return entry.second.purpose == OutboxPurpose::card;
  });
  for (const auto& [id, group] : groups) {
    const RosterEntry* mine = group.roster().find(me.id());
    out &= group.removed() || mine == nullptr || mine->card().version >= me.newest().version;
  }
  for (const auto& [id, channel] : channels) {
    if (!channel.reader || channel.over()) continue;
    const auto queued = messages.queued(id);
    out &= channel.reader->card_version >= me.newest().version &&
           std::none_of(queued.begin(), queued.end(), [](const StoredMessage* message) {
             return message->body.has_card_update();
           });
  }
  const std::uint32_t today = relay.sure_day(now);
  bool changed = false;
  for (std::size_t i = 0; i + 1 < me.cards().size(); ++i) {
    // One group that nothing can be sent to must not keep all of them for ever.
    const bool is_long_ago = me.cards()[i + 1].made_day + limits::long_days <= today;
    if (me.cards()[i].replaced_day || (!out && !is_long_ago)) continue;
    me.cards()[i].replaced_day = today;
    changed = true;
  }
  // Its envelopes are gone by now, or were read.
  changed |= std::erase_if(me.cards(), [&](const HeldCard& card) {
               const bool over = card.replaced_day && card.caught_up &&
                                 *card.replaced_day + limits::card_kept_days < today;
               if (over) cursors.erase(card.inbox_id);
               return over;
             }) > 0;
  if (changed) me.save(journal);
}

void Core::State::receive_card(Group& group, const VerifyKey& sender, ByteView signed_card,
                               TimePoint now) {
  auto verified = verify_card(signed_card);
  if (!verified || verified->identity != sender) return;
  const SignedCard card{to_bytes(signed_card), std::move(verified).value()};
  const RosterEntry* entry = group.roster().find(sender);
  if (entry == nullptr) return;
  const bool is_other =
      card.card.version == entry->card().version && card.card.seal_key != entry->card().seal_key;
  if (is_other) {
    warn(WarningView::Kind::two_versions,
         porchlight::say(
             tr("Two devices speak as {0} in \"{1}\". Ask them whether they restored a backup, or "
                "lost a device."),
             name_of(group, sender), group.name()),
         now, group.id());
  }
  (void)group.renew_card(card);
  if (sender != me.id() || me.holds_card(card.card)) return;
  // Two devices must not answer each other for ever: besides the week's, one a day.
  const std::uint32_t today = relay.today(now);
  const auto made_today =
      std::count_if(me.cards().begin(), me.cards().end(),
                    [&](const HeldCard& held) { return held.made_day == today; });
  if (made_today > 1 || me.cards().size() >= limits::cards_held_max ||
      card.card.version >= card_version_max) {
    return;
  }
  // Another device of this vault's is ahead: a backup was put back, or it was copied.
  me.renew_card(random, today, card.card.version);
  me.save(journal);
  if (restored.is_on()) return;  // that was this vault's other life
  warn(WarningView::Kind::two_versions,
       porchlight::say(
           tr("Another device posted as you in \"{}\". If you did not put back a backup, somebody "
              "has a copy of your vault: tell a lead to take you out, and join anew."),
           group.name()),
       now, group.id());
}

void Core::State::receive_card_notice(ByteView signed_notice, TimePoint now) {
  const auto notice = verify_card_notice(signed_notice);
  if (!notice) return;
  Group* group = find_group(notice->group);
  const VerifyKey& member = notice->card.card.identity;
  if (group == nullptr || group->removed() || group->roster().find(member) == nullptr) return;
  compare_history(*group, member, notice->number, notice->epoch, now);
  if (member != me.id()) receive_card(*group, member, notice->card.bytes, now);
}

void Core::State::compare_history(Group& group, const VerifyKey& member, std::uint32_t number,
                                  const EpochId& epoch, TimePoint now) {
  if (number > group.newest().head.number) {
    group.set_heard(Heard{member, number, epoch});
    return;
  }
  const auto same = group.epochs().find(number);
  if (same == group.epochs().end() || same->second.head.id == epoch) return;
  warn(WarningView::Kind::foreign_epoch,
       porchlight::say(
           tr("{0} holds another history of the group \"{1}\" than this device: the relay may have "
              "shown two. Compare with them who is in it."),
           name_of(group, member), group.name()),
       now, group.id());
}

}  // namespace porchlight::client
