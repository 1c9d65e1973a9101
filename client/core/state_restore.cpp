// A vault that was put back from a backup: what its other life may have done since is neither done
// again nor taken for somebody's fault (clause 11.5).
#include "client/core/state.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

/// How far a device's day can lie after the relay's while their clocks agree.
constexpr std::uint32_t days_ahead_max = 2;

}  // namespace

void Core::State::begin_restored() {
  restored.begin();
  for (auto& [id, group] : groups) {
    // Sealed again, where that is still wanted, when everything was read.
    take_back_frames(group, UINT32_MAX, 0);
    forget_proposal(group);
  }
  for (auto& [id, channel] : channels) {
    take_back_said(channel, UINT32_MAX, 0);
    forget_channel_proposal(channel);
  }
  // What was set aside for an event's people may have gone to them as well.
  for (auto& [id, invite] : people.invites) {
    for (const wire::Token& token : std::exchange(invite.enrolls, {})) {
      wallet.add(token, Wallet::Purpose::general, 0);
    }
    people.save(invite);
  }
  wallet.doubt_unspent();
  enrolment.forget_asked();
}

void Core::State::settle_restored(TimePoint now) {
  if (!relay.clocks_agree()) return;  // neither says which days are over
  const std::uint32_t today = std::max(wire::unix_day(relay.relay_time(now)), relay.today(now));
  if (!restored.settle(today + days_ahead_max)) return;
  std::size_t unsure = 0;
  const auto drop_unsure = [&](const GroupId& id) {
    for (const StoredMessage* message : messages.queued(id)) {
      const auto sent = wire::unix_day(from_minute(message->body.sent_minute()));
      if (!is_past_retention(sent, now)) continue;
      messages.erase(id, me.id(), MessageId(message->id));
      ++unsure;
    }
  };
  for (const auto& [id, group] : groups) drop_unsure(id);
  for (const auto& [id, channel] : channels) drop_unsure(id);
  if (unsure == 0) return;
  tell(Notice::Kind::warning, {}, {},
       porchlight::say(tr("{} messages were queued when the backup was made, so long ago that the "
                          "relay cannot tell any more whether they were sent. They are not sent "
                          "again: ask, and write anew what is missing."),
                       unsure));
}

/// Whether it is so old by one of two clocks that disagree that it may have been sent.
bool Core::State::waits_for_clock(const StoredMessage& message, TimePoint now) const {
  const auto sent = wire::unix_day(from_minute(message.body.sent_minute()));
  const std::uint32_t latest = std::max(wire::unix_day(now), wire::unix_day(relay.relay_time(now)));
  return restored.is_on() && !restored.is_settled() && sent + relay.ordinary_days() <= latest + 1;
}

bool Core::State::is_unsure(const Group& group, std::uint32_t day) const {
  return restored.covers(day) && group.frames.lacks(group.newest().head.number, day);
}

void Core::State::want_new_keys(Group& group, TimePoint now) {
  const bool leads = group.roster().is_lead(me.id());
  const bool asked = !leads && ask_to_catch_up(group, now);
  warnings.stands(
      WarningView::Kind::restored,
      porchlight::say(
          leads ? tr("This vault was restored from a backup, and a message in \"{}\" that others "
                     "have seen never came here: it may be one of yours. So that none of yours is "
                     "taken for a forgery, nothing is sent there until the group has new keys, "
                     "which were asked for.")
          : asked
              ? tr("This vault was restored from a backup, and a message in \"{}\" that others "
                   "have seen never came here: it may be one of yours. So that none of yours is "
                   "taken for a forgery, nothing is sent there until the group has new keys. Its "
                   "leads were asked for them: one of them has to agree.")
              : tr("This vault was restored from a backup, and a message in \"{}\" that others "
                   "have seen never came here: it may be one of yours. So that none of yours is "
                   "taken for a forgery, nothing is sent there until the group has new keys."),
          group.name()),
      now, group.id());
  if (!leads || group.wishes().rekey) return;
  Wishes wishes = group.wishes();
  wishes.rekey = true;
  group.set_wishes(std::move(wishes));
  propose(group, now);
}

void Core::State::age_restored(TimePoint now) {
  if (restored.end_by(relay.sure_day(now))) warnings.remove(WarningView::Kind::restored);
}

}  // namespace porchlight::client
