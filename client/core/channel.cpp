#include "client/core/channel.hpp"

#include "client/core/channel_records.hpp"
#include "client/core/state.pb.h"

namespace porchlight::client {
namespace {

/// For how many days after its succession an epoch's control mailbox is read.
constexpr std::uint32_t readable_days = 1;
constexpr std::size_t waiting_max = 1'024;

template <class AnySecret>
AnySecret copy_of(const AnySecret& secret) {
  return *AnySecret::from(secret.reveal());
}

PostDayKeys copy_of(const PostDayKeys& keys) {
  return {copy_of(keys.drop), copy_of(keys.reply_collect), copy_of(keys.reply_seal)};
}

}  // namespace

bool ChannelEpoch::is_over_by(std::uint64_t seq) const {
  return succeeded && succeeded->seq != 0 && succeeded->seq != Succession::unseen &&
         wire::seq_hour(seq) > wire::seq_hour(succeeded->seq);
}

ChannelEpoch* Channel::find_epoch(std::uint32_t number) {
  const auto found = epochs_.find(number);
  return found == epochs_.end() ? nullptr : &found->second;
}

void Channel::halt() {
  halted_ = true;
  save_head();
}

void Channel::forget_succession_seqs() {
  for (auto& [number, epoch] : epochs_) {
    if (!epoch.succeeded || epoch.succeeded->seq == 0 || !epoch.control_readable) continue;
    epoch.succeeded->seq = Succession::unseen;
    save_epoch(epoch);
  }
}

// ---- epochs -----------------------------------------------------------------------------------

void Channel::begin(const ChannelHead& head, ChannelReading reading) {
  PORCHLIGHT_ASSERT(epochs_.empty());
  emplace(head, std::move(reading), {}, {});
}

void Channel::begin(ChannelAnnouncement announcement) {
  PORCHLIGHT_ASSERT(epochs_.empty());
  emplace(announcement.head, std::move(announcement.reading), std::move(announcement.post),
          std::move(announcement.today));
}

void Channel::adopt(const ChannelHead& head, ChannelReading reading, std::uint64_t seq,
                    std::uint32_t today) {
  succeed(head, seq, today);
  emplace(head, std::move(reading), {}, {});
}

void Channel::adopt(ChannelAnnouncement announcement, std::uint64_t seq, std::uint32_t today) {
  succeed(announcement.head, seq, today);
  const VerifyKey root = announcement.head.root;
  audience.settle(announcement.left_out);
  emplace(announcement.head, std::move(announcement.reading), std::move(announcement.post),
          std::move(announcement.today));
  // Of a root that signs no more nothing follows.
  std::erase_if(owner->roots, [&](const auto& held) {
    const bool is_next = std::any_of(offered_.begin(), offered_.end(), [&](const auto& other) {
      return other.second.head.root == held.first;
    });
    return held.first != root && !is_next;
  });
  std::erase_if(added_here,
                [&](const auto& added) { return added.second + 1 < announcement.head.number; });
  owner->wants_rekey = false;
  owner->page_salt.reset();
  save_head();
}

ChannelEpoch& Channel::emplace(const ChannelHead& head, ChannelReading reading,
                               std::optional<ChannelPost> post, std::optional<PostDayKeys> today) {
  ChannelEpoch epoch;
  epoch.head = head;
  epoch.ctl_collect = std::move(reading.ctl_collect);
  epoch.ctl_seal = std::move(reading.ctl_seal);
  epoch.control_address = control_address(epoch.ctl_collect, head.ctl_drop);
  epoch.control_mailbox = epoch.control_address.id();
  epoch.carry = std::move(reading.carry);
  epoch.next = std::move(reading.next);
  epoch.next_day = reading.day + 1;
  epoch.post = std::move(post);
  open_door(epoch);
  ChannelEpoch& placed = epochs_.insert_or_assign(head.number, std::move(epoch)).first->second;
  add_day(placed, reading.day, std::move(reading.today), std::move(today));
  save_epoch(placed);
  return placed;
}

void Channel::open_door(ChannelEpoch& epoch) {
  const SealSeed closed;
  if (!epoch.post || equal_constant_time(epoch.post->door.seal.reveal(), closed.reveal())) return;
  epoch.door_address = client::door_address(SigningKey(epoch.post->door.collect).verify_key());
  epoch.door_mailbox = epoch.door_address->id();
}

void Channel::learn(const ChannelHead& head, const Bytes& signed_epoch,
                    const VerifyKey& signed_by) {
  ChannelEpoch& epoch = newest();
  PORCHLIGHT_ASSERT(epoch.head.id == head.id);
  epoch.head = head;
  epoch.signed_epoch = signed_epoch;
  epoch.signed_by = signed_by;
  save_epoch(epoch);
}

void Channel::succeed(const ChannelHead& head, std::uint64_t seq, std::uint32_t today) {
  ChannelEpoch& old = newest();
  PORCHLIGHT_ASSERT(head.number > old.head.number);
  enter(old, head.day + 1, 0);
  old.carry.reset();
  old.next.reset();
  if (old.post) old.post->next.reset();
  old.succeeded = Succession{head.id, seq, today, {}};
  save_epoch(old);
  proposal = {};
  awaited.reset();
  std::vector<EpochId> stale;
  for (const auto& [id, offered] : offered_) {
    if (offered.head.number <= head.number) stale.push_back(id);
  }
  for (const EpochId& id : stale) (void)take_offered(id);
}

void Channel::forget_epochs() {
  for (const auto& [number, epoch] : epochs_) {
    for (const auto& [day_number, day] : epoch.days) erase_day(epoch, day_number);
    erase_epoch(epoch);
  }
  epochs_.clear();
}

void Channel::change_sides(const GroupId& group, ChannelAnnouncement announcement) {
  end();
  forget_epochs();
  reader.reset();
  owner.emplace();
  owner->group = group;
  halted_ = over_ = false;
  begin(std::move(announcement));
  save_head();
}

void Channel::end() {
  std::vector<EpochId> all;
  for (const auto& [id, offered] : offered_) all.push_back(id);
  for (const EpochId& id : all) (void)take_offered(id);
  // One epoch stands for what it was; it holds no key.
  for (auto& [number, epoch] : epochs_) {
    for (const auto& [day_number, day] : epoch.days) erase_day(epoch, day_number);
    epoch.days.clear();
    epoch.carry.reset();
    epoch.next.reset();
    epoch.post.reset();
    epoch.door_address.reset();
    epoch.ctl_collect = {};
    epoch.ctl_seal = {};
    epoch.control_readable = false;
    save_epoch(epoch);
  }
  audience.erase_all();
  while (!waiting_.empty()) stop_waiting(AudienceId(waiting_.begin()->first));
  if (owner) owner->roots.clear();
  if (owner) owner->list_seed.reset();
  if (reader) reader->by_invite.reset();
  if (reader) reader->one_time = {};
  if (reader) reader->asking.reset();
  proposal = {};
  awaited.reset();
  forget_list();
  over_ = true;
  save_head();
}

std::vector<MailboxId> Channel::erase() {
  std::vector<MailboxId> left;
  for (const auto& [number, epoch] : epochs_) {
    for (const auto& [day_number, day] : epoch.days) {
      left.push_back(day.mailbox);
      if (day.group) left.push_back(day.group->reply_mailbox);
    }
    left.push_back(epoch.control_mailbox);
    if (epoch.door_address) left.push_back(epoch.door_mailbox);
  }
  end();
  forget_epochs();
  frames.forget_before(UINT32_MAX);
  journal_.erase(Table::channels, channel_key(channel_record::head, id_));
  return left;
}

// ---- announcements ----------------------------------------------------------------------------

bool Channel::can_share() const {
  return newest().carry && newest().next && newest().days.contains(newest().next_day - 1);
}

ChannelReading Channel::reading() const {
  PORCHLIGHT_ASSERT(can_share());
  const ChannelEpoch& epoch = newest();
  const std::uint32_t day = epoch.next_day - 1;
  const ChannelDay& today = epoch.days.at(day);
  return {copy_of(*epoch.carry),
          copy_of(epoch.ctl_collect),
          copy_of(epoch.ctl_seal),
          day,
          {copy_of(today.keys.collect), copy_of(today.keys.seal)},
          copy_of(*epoch.next)};
}

ChannelAnnouncement Channel::announcement() const {
  const ChannelPost& post = *newest().post;
  return {newest().head,
          reading(),
          {copy_of(post.post),
           copy_of(post.attribution),
           copy_of(post.made_under_key),
           {copy_of(post.door.collect), copy_of(post.door.seal)},
           post.made_under,
           post.root_made_under,
           copy_of(*post.next)},
          copy_of(newest().days.at(newest().next_day - 1).group->keys),
          {},
          true};
}

bool ChannelAnnouncement::fits(const ChannelHead& signed_head) const {
  const ChannelHead& other = signed_head;
  if (head.channel != other.channel || head.number != other.number || head.id != other.id ||
      head.root != other.root || head.post != other.post || head.ctl_drop != other.ctl_drop ||
      head.salt != other.salt || head.day != other.day ||
      SigningKey(post.door.collect).verify_key() != other.door ||
      seal_key(post.door.seal) != other.door_seal) {
    return false;
  }
  // What the audience is told is what the group derives.
  const auto agree = [&](std::uint32_t day, const ChannelDayStatement& derived) {
    const ChannelDayStatement* stated = other.find_day(day);
    return stated == nullptr || (stated->drop == derived.drop && stated->reply == derived.reply &&
                                 stated->reply_seal == derived.reply_seal);
  };
  if (!agree(reading.day,
             {SigningKey(today.drop).verify_key(), SigningKey(today.reply_collect).verify_key(),
              seal_key(today.reply_seal)})) {
    return false;
  }
  const std::vector<ChannelDayStatement> later = state_days(*post.next);
  for (std::uint32_t i = 0; i < later.size(); ++i) {
    if (!agree(reading.day + 1 + i, later[i])) return false;
  }
  return true;
}

// ---- days -------------------------------------------------------------------------------------

void Channel::enter_days(std::uint32_t today, std::uint32_t keep_from) {
  ChannelEpoch& epoch = newest();
  enter(epoch, std::min(std::max(today, epoch.head.day), epoch.last_day()), keep_from);
}

void Channel::enter(ChannelEpoch& epoch, std::uint32_t last, std::uint32_t keep_from) {
  last = std::min(last, epoch.last_day());
  if (!epoch.next || epoch.next_day > last) return;
  while (epoch.next_day <= last) {
    const std::uint32_t day = epoch.next_day;
    std::optional<PostDayKeys> post;
    if (epoch.post) post = derive_post_day(*epoch.post->next);
    if (day >= keep_from) add_day(epoch, day, derive_channel_day(*epoch.next), std::move(post));
    epoch.next = next_day(*epoch.next);
    if (epoch.post) epoch.post->next = next_post_day(*epoch.post->next);
    ++epoch.next_day;
  }
  save_epoch(epoch);
}

void Channel::add_day(ChannelEpoch& epoch, std::uint32_t number, ChannelDayKeys keys,
                      std::optional<PostDayKeys> post) {
  ChannelDay day;
  const ChannelDayStatement* stated = epoch.head.find_day(number);
  PORCHLIGHT_ASSERT(post || stated != nullptr);
  const VerifyKey drop = post ? SigningKey(post->drop).verify_key() : stated->drop;
  day.address = channel_day_address(keys.collect, drop);
  day.mailbox = day.address.id();
  day.keys = std::move(keys);
  if (post) {
    const auto reply = reply_address(SigningKey(post->reply_collect).verify_key());
    day.group = ChannelDayOfGroup{*std::move(post), reply, reply.id()};
  }
  const auto& placed = epoch.days.insert_or_assign(number, std::move(day)).first->second;
  save_day(epoch, number, placed);
}

std::optional<std::uint32_t> Channel::sending_day(std::uint32_t today) const {
  const auto& days = newest().days;
  const auto after = days.upper_bound(std::max(today, newest().head.day));
  if (today > newest().last_day() || days.empty()) return std::nullopt;
  return after == days.begin() ? after->first : std::prev(after)->first;
}

void Channel::mark_complete(ChannelEpoch& epoch, std::uint32_t number) {
  ChannelDay& day = epoch.days.at(number);
  if (day.complete) return;
  day.complete = true;
  save_day(epoch, number, day);
}

void Channel::mark_reply_complete(ChannelEpoch& epoch, std::uint32_t number) {
  ChannelDay& day = epoch.days.at(number);
  if (!day.group || day.group->reply_complete) return;
  day.group->reply_complete = true;
  save_day(epoch, number, day);
}

std::vector<MailboxId> Channel::leave_days_before(std::uint32_t before) {
  std::vector<MailboxId> left;
  for (auto& [number, epoch] : epochs_) {
    const ChannelEpoch& of = epoch;
    std::erase_if(epoch.days, [&](const auto& entry) {
      const ChannelDay& day = entry.second;
      if (entry.first >= before || !day.complete || (day.group && !day.group->reply_complete)) {
        return false;
      }
      left.push_back(day.mailbox);
      if (day.group) left.push_back(day.group->reply_mailbox);
      erase_day(of, entry.first);
      return true;
    });
  }
  return left;
}

std::vector<MailboxId> Channel::age(std::uint32_t today) {
  std::vector<MailboxId> left;
  for (auto place = epochs_.begin(); place != epochs_.end();) {
    ChannelEpoch& epoch = place->second;
    if (epoch.succeeded && epoch.control_readable &&
        today > epoch.succeeded->on_day + readable_days) {
      epoch.ctl_collect = {};
      epoch.ctl_seal = {};
      epoch.control_readable = false;
      left.push_back(epoch.control_mailbox);
      save_epoch(epoch);
    }
    if (epoch.succeeded && epoch.door_address &&
        today > epoch.succeeded->on_day + limits::reply_door_days) {
      left.push_back(epoch.door_mailbox);
      epoch.door_address.reset();
      epoch.post->door = {};
      save_epoch(epoch);
    }
    const bool is_gone = epoch.succeeded && !epoch.control_readable && epoch.days.empty() &&
                         !epoch.door_address && std::next(place) != epochs_.end();
    if (is_gone) erase_epoch(epoch);
    place = is_gone ? epochs_.erase(place) : std::next(place);
  }
  return left;
}

// ---- what waits -------------------------------------------------------------------------------

void Channel::wait(const AudienceId& id, Waiting waiting) {
  if (waiting_.size() >= waiting_max || waiting_.contains(id)) return;
  state::Waiting kept;
  kept.set_request(to_string(waiting.request));
  kept.set_since(to_seconds(waiting.since));
  journal_.put(Table::channels, channel_key(channel_record::waiting, id_, {id}), kept);
  waiting_.emplace(id, std::move(waiting));
}

void Channel::stop_waiting(const AudienceId& id) {
  if (waiting_.erase(id) == 0) return;
  journal_.erase(Table::channels, channel_key(channel_record::waiting, id_, {id}));
}

}  // namespace porchlight::client
