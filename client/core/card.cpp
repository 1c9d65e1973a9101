#include "client/core/card.hpp"

#include "client/core/codec.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/group.pb.h"
#include "proto/wire/person.pb.h"
#include "proto/wire/signed.hpp"

namespace porchlight::client {

constexpr Byte inbox_flags = wire::mailbox_flag::long_kept | wire::mailbox_flag::erasable;

wire::MailboxAddress CardKeys::inbox() const {
  return {inbox_flags, SigningKey(collect).verify_key(), std::nullopt};
}

Bytes make_card(const SigningKey& identity, std::uint32_t version, const CardKeys& keys) {
  wire::Card card;
  card.set_suite(suite);
  card.set_identity(identity.verify_key().str());
  card.set_version(version);
  card.set_inbox(to_string(keys.inbox().encode()));
  card.set_seal_key(seal_key(keys.seal).str());
  return wire::make_signed(wire::label::card, serialise(card), identity);
}

Result<Card> read_kept_card(ByteView signed_card) {
  TRY(const wire::Unverified unverified, wire::parse_signed(signed_card));
  wire::Card message;
  Card card;
  if (!parse(message, unverified.body)) return Error{Errc::malformed, "a card does not decode"};
  if (message.suite() != suite) return update_needed(tr("a member's card"));
  if (!read(card.identity, message.identity()) || !read(card.seal_key, message.seal_key())) {
    return Error{Errc::malformed, "a card holds a key of an impossible size"};
  }
  TRY(card.inbox, wire::MailboxAddress::decode(message.inbox()));
  card.version = message.version();
  return card;
}

Result<Card> verify_card(ByteView signed_card) {
  if (signed_card.size() > limits::card_bytes_max)
    return Error{Errc::malformed, "a card is too long"};
  TRY(Card card, read_kept_card(signed_card));
  TRY(const wire::Unverified unverified, wire::parse_signed(signed_card));
  CHECK(unverified.verify(wire::label::card, card.identity));
  if (card.inbox.flags != inbox_flags || card.inbox.drop_key) {
    return Error{Errc::malformed, "a card's inbox is not one that others can write to"};
  }
  if (!is_seal_key(card.seal_key)) {
    return Error{Errc::malformed, "a card holds a key that nothing can be sealed to"};
  }
  if (card.version == 0 || card.version > card_version_max) {
    return Error{Errc::malformed, "a card has a version that cannot be"};
  }
  return card;
}

Bytes make_card_notice(const GroupId& group, std::uint32_t number, const EpochId& epoch,
                       ByteView signed_card, const SigningKey& identity) {
  wire::CardNotice message;
  message.set_suite(suite);
  message.set_group_id(group.str());
  message.set_number(number);
  message.set_epoch_id(epoch.str());
  message.set_card(to_string(signed_card));
  return wire::make_signed(wire::label::card_notice, serialise(message), identity);
}

Result<CardNotice> verify_card_notice(ByteView signed_notice) {
  TRY(const wire::Unverified unverified, wire::parse_signed(signed_notice));
  wire::CardNotice message;
  CardNotice notice;
  if (!parse(message, unverified.body)) {
    return Error{Errc::malformed, "a notice of a new card does not decode"};
  }
  if (message.suite() != suite) return update_needed(tr("a member's card"));
  if (!read(notice.group, message.group_id()) || !read(notice.epoch, message.epoch_id())) {
    return Error{Errc::malformed, "a notice of a new card holds a field that cannot be"};
  }
  notice.card.bytes = to_bytes(as_bytes(message.card()));
  TRY(notice.card.card, verify_card(notice.card.bytes));
  CHECK(unverified.verify(wire::label::card_notice, notice.card.card.identity));
  notice.number = message.number();
  return notice;
}

Error update_needed(std::string_view what) {
  return {Errc::update_needed,
          say(tr("{} was made by a newer version of Porchlight: update, then sync"), what)};
}

}  // namespace porchlight::client
