#include "client/core/channel_epoch.hpp"

#include "client/core/codec.hpp"
#include "client/core/epoch.hpp"
#include "client/core/text.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/channel.pb.h"
#include "proto/wire/signed.hpp"

namespace porchlight::client {
namespace {

/// drop || reply || reply seal.
constexpr std::size_t day_bytes = 2 * VerifyKey::size_bytes + SealKey::size_bytes;
constexpr std::size_t door_bytes = VerifyKey::size_bytes + SealKey::size_bytes;

/// A body with its sizes checked; nothing of it may be believed before its signature was.
struct Parsed {
  ChannelHead head;
  EpochId previous;
};

Error impossible() { return {Errc::malformed, "a channel's keys hold a field that cannot be"}; }

bool read_days(std::vector<ChannelDayStatement>& days, ByteView bytes) {
  if (bytes.size() != limits::channel_days * day_bytes) return false;
  for (; !bytes.empty(); bytes = bytes.subspan(day_bytes)) {
    days.push_back({*VerifyKey::from(bytes.first(32)), *VerifyKey::from(bytes.subspan(32, 32)),
                    *SealKey::from(bytes.subspan(64, 32))});
  }
  return true;
}

Result<Parsed> read_body(const wire::ChannelEpochBody& body, ByteView bytes) {
  Parsed parsed;
  ChannelHead& head = parsed.head;
  if (!read(head.channel, body.channel_id()) || !read(parsed.previous, body.prev_id()) ||
      !read(head.salt, body.salt()) || !read(head.root, body.root()) ||
      !read(head.post, body.post()) || !read(head.fresh_commit, body.fresh_commit()) ||
      !read(head.ctl_drop, body.ctl_drop()) || !read(head.page_drop, body.page_drop()) ||
      !read_days(head.days, as_bytes(body.days())) || body.door().size() != door_bytes) {
    return impossible();
  }
  head.door = *VerifyKey::from(as_bytes(body.door()).first(VerifyKey::size_bytes));
  head.door_seal = *SealKey::from(as_bytes(body.door()).subspan(VerifyKey::size_bytes));
  head.number = body.number();
  head.id = hash<EpochId>("channel epoch", {bytes});
  head.day = body.day();
  head.name = body.name();
  head.grants = body.grants();
  return parsed;
}

/// A key that nobody holds would let nobody, or anybody, do what it is for.
bool has_usable_keys(const ChannelHead& head) {
  return is_verify_key(head.root) && is_verify_key(head.post) && is_verify_key(head.ctl_drop) &&
         is_verify_key(head.page_drop) && is_verify_key(head.door) && is_seal_key(head.door_seal) &&
         std::ranges::all_of(head.days, [](const ChannelDayStatement& day) {
           return is_verify_key(day.drop) && is_verify_key(day.reply) &&
                  is_seal_key(day.reply_seal);
         });
}

/// All that hangs neither on the epoch before nor on an hour; `signer` signed it.
bool is_sound(const Parsed& parsed, const VerifyKey& signer) {
  const ChannelHead& head = parsed.head;
  if (!is_clean_name(head.name) || !has_usable_keys(head)) return false;
  if (head.number == 0) {
    return parsed.previous.is_zero() && head.grants == 0 && head.fresh_commit == fresh_commit({}) &&
           head.root == signer && head.channel == channel_id(head.root);
  }
  return std::ranges::count(limits::grant_counts, head.grants) == 1;
}

MadeChannelEpoch make_epoch(ChannelHead head, const EpochId& previous, const RootSeed& signer,
                            const RootSeed& root, const PostKeys& post) {
  head.root = SigningKey(root).verify_key();
  head.post = SigningKey(post.post).verify_key();
  const auto verify_key = [](const SigningSeed& seed) { return SigningKey(seed).verify_key(); };
  head.ctl_drop = verify_key(derive_ctl_drop(root, head.channel, head.number, head.salt.view()));
  head.page_drop =
      verify_key(derive_grant_page_drop(signer, head.channel, head.number, head.salt.view()));
  head.days = state_days(post.day);
  head.door = verify_key(post.door.collect);
  head.door_seal = seal_key(post.door.seal);
  wire::ChannelEpochBody body;
  body.set_suite(suite);
  body.set_channel_id(head.channel.str());
  body.set_number(head.number);
  body.set_prev_id(previous.str());
  body.set_day(head.day);
  body.set_salt(head.salt.str());
  body.set_name(head.name);
  body.set_root(head.root.str());
  body.set_post(head.post.str());
  body.set_fresh_commit(head.fresh_commit.str());
  body.set_grants(head.grants);
  body.set_ctl_drop(head.ctl_drop.str());
  body.set_page_drop(head.page_drop.str());
  for (const ChannelDayStatement& day : head.days) {
    body.mutable_days()->append(day.drop.str() + day.reply.str() + day.reply_seal.str());
  }
  body.set_door(head.door.str() + head.door_seal.str());
  const Bytes bytes = serialise(body);
  head.id = hash<EpochId>("channel epoch", {bytes});
  return {wire::make_signed(wire::label::channel_epoch, bytes, SigningKey(signer)),
          std::move(head)};
}

}  // namespace

const ChannelDayStatement* ChannelHead::find_day(std::uint32_t wanted) const {
  return wanted < day || wanted - day >= days.size() ? nullptr : &days[wanted - day];
}

MadeChannelEpoch found_channel(const ChannelEpochPlan& plan, const RootSeed& root,
                               const PostKeys& post) {
  ChannelHead head;
  head.channel = channel_id(SigningKey(root).verify_key());
  head.day = plan.day;
  head.salt = plan.salt;
  head.name = plan.name;
  head.fresh_commit = fresh_commit({});
  return make_epoch(std::move(head), EpochId{}, root, root, post);
}

MadeChannelEpoch make_channel_epoch(const ChannelHead& before, const ChannelEpochPlan& plan,
                                    const RootSeed& signer, const RootSeed& root,
                                    const PostKeys& post) {
  PORCHLIGHT_ASSERT(plan.day >= before.day && before.number < UINT32_MAX);
  PORCHLIGHT_ASSERT(SigningKey(signer).verify_key() == before.root);
  ChannelHead head;
  head.channel = before.channel;
  head.number = before.number + 1;
  head.day = plan.day;
  head.salt = plan.salt;
  head.name = plan.name;
  head.fresh_commit = plan.fresh_commit;
  head.grants = plan.grants;
  return make_epoch(std::move(head), before.id, signer, root, post);
}

ChannelJudgement judge_channel_epoch(const ChannelHead& before, ByteView signed_epoch,
                                     std::uint32_t seq_day) {
  ChannelJudgement judgement;
  const auto unverified = wire::parse_signed(signed_epoch);
  if (!unverified || !unverified->verify(wire::label::channel_epoch, before.root).ok()) {
    return judgement;
  }
  judgement.by_root = true;
  wire::ChannelEpochBody body;
  if (!parse(body, unverified->body)) return judgement;
  if (ChannelId::from(body.channel_id()) != before.channel ||
      EpochId::from(body.prev_id()) != before.id ||
      body.number() != std::uint64_t{before.number} + 1) {
    return judgement;
  }
  if (body.suite() != suite) {
    judgement.kind = ChannelJudgement::Kind::newer;
    return judgement;
  }
  auto parsed = read_body(body, unverified->body);
  if (!parsed || !may_come_next(before.day, parsed->head.day, seq_day) ||
      !is_sound(*parsed, before.root)) {
    return judgement;
  }
  judgement.kind = ChannelJudgement::Kind::valid;
  judgement.head = std::move(parsed->head);
  return judgement;
}

Result<ChannelHead> read_channel_epoch(ByteView signed_epoch, const VerifyKey& root) {
  TRY(const wire::Unverified unverified, wire::parse_signed(signed_epoch));
  CHECK(unverified.verify(wire::label::channel_epoch, root));
  wire::ChannelEpochBody body;
  if (!parse(body, unverified.body)) return impossible();
  if (body.suite() != suite) return update_needed(tr("the channel"));
  TRY(Parsed parsed, read_body(body, unverified.body));
  if (!is_sound(parsed, root)) return impossible();
  return std::move(parsed.head);
}

Result<ChannelHead> read_kept_channel_epoch(ByteView signed_epoch) {
  TRY(const wire::Unverified unverified, wire::parse_signed(signed_epoch));
  wire::ChannelEpochBody body;
  if (!parse(body, unverified.body)) return impossible();
  TRY(Parsed parsed, read_body(body, unverified.body));
  return std::move(parsed.head);
}

}  // namespace porchlight::client
