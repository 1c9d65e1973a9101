#include "client/core/catch_up.hpp"

#include "client/core/codec.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/group.pb.h"
#include "proto/wire/signed.hpp"

namespace porchlight::client {

Bytes make_catch_up(const CatchUpDraft& draft, const SigningKey& identity) {
  wire::CatchUp message;
  message.set_suite(suite);
  message.set_group_id(draft.group.str());
  message.set_number(draft.number);
  message.set_epoch_id(draft.epoch.str());
  message.set_one_time_key(draft.one_time_key.str());
  message.set_card(to_string(draft.card));
  return wire::make_signed(wire::label::catch_up, serialise(message), identity);
}

Result<CatchUp> verify_catch_up(ByteView signed_catch_up) {
  TRY(const wire::Unverified unverified, wire::parse_signed(signed_catch_up));
  wire::CatchUp message;
  CatchUp catch_up;
  if (!parse(message, unverified.body)) {
    return Error{Errc::malformed, "a request to catch up does not decode"};
  }
  if (message.suite() != suite) return update_needed(tr("a request to catch up"));
  if (!read(catch_up.group, message.group_id()) || !read(catch_up.epoch, message.epoch_id()) ||
      !read(catch_up.one_time_key, message.one_time_key()) || !is_seal_key(catch_up.one_time_key)) {
    return Error{Errc::malformed, "a request to catch up holds a field that cannot be"};
  }
  catch_up.signed_card = to_bytes(as_bytes(message.card()));
  TRY(catch_up.card, verify_card(catch_up.signed_card));
  CHECK(unverified.verify(wire::label::catch_up, catch_up.card.identity));
  catch_up.number = message.number();
  catch_up.hash = hash<RequestHash>("catch up", {unverified.body});
  catch_up.bytes = to_bytes(signed_catch_up);
  return catch_up;
}

}  // namespace porchlight::client
