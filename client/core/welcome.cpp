#include "client/core/welcome.hpp"

#include "client/core/codec.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/group.pb.h"
#include "proto/wire/signed.hpp"

namespace porchlight::client {
namespace {

void wipe_secrets(wire::Welcome& message) {
  for (std::string* secret :
       {message.mutable_carry(), message.mutable_ctl_collect(), message.mutable_ctl_drop(),
        message.mutable_ctl_seal(), message.mutable_attribution(), message.mutable_day_secret()}) {
    wipe_text(*secret);
  }
}

Result<Roster> read_roster(const wire::GroupState& state, const GroupId& group) {
  Roster roster;
  for (const wire::RosterEntry& entry : state.roster()) {
    TRY(JoinRequest request, verify_join_request(as_bytes(entry.request())));
    if (request.group != group) {
      return Error{Errc::not_authentic, "a welcome's roster holds a consent to another group"};
    }
    CHECK(roster.add(std::move(request), entry.role()));
    if (entry.card().empty()) continue;
    SignedCard card{to_bytes(as_bytes(entry.card())), {}};
    TRY(card.card, verify_card(card.bytes));
    if (card.card.identity != roster.entries().back().identity()) {
      return Error{Errc::not_authentic, "a welcome's roster holds a card that is not its member's"};
    }
    (void)roster.renew_card(std::move(card));
  }
  return roster;
}

bool take_keys(EpochKeys& keys, wire::Welcome& message) {
  // All of them are taken, whatever the first ones are: each field is wiped on the way.
  bool good = take_secret(keys.carry, *message.mutable_carry());
  good &= take_secret(keys.control.collect, *message.mutable_ctl_collect());
  good &= take_secret(keys.control.drop, *message.mutable_ctl_drop());
  good &= take_secret(keys.control.seal, *message.mutable_ctl_seal());
  good &= take_secret(keys.attribution, *message.mutable_attribution());
  good &= take_secret(keys.day, *message.mutable_day_secret());
  return good;
}

bool take_page_hashes(std::vector<Digest>& hashes, const wire::Welcome& message) {
  const auto count = static_cast<std::size_t>(message.state_pages_size());
  if (count == 0 || count > limits::state_pages_max) return false;
  for (const std::string& hash : message.state_pages()) {
    if (!read(hashes.emplace_back(), hash)) return false;
  }
  return true;
}

Error not_for_me() { return {Errc::not_authentic, "a welcome is not for this request"}; }

bool contains(const std::vector<VerifyKey>& keys, const VerifyKey& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// All that does not hang on why it came.
Result<Change> read_state(const Welcome& welcome, ByteView bytes, const JoinRequest& mine) {
  wire::GroupState state;
  if (!parse(state, bytes)) return Error{Errc::malformed, "a welcome's state does not decode"};
  TRY(const Roster roster, read_roster(state, mine.group));
  TRY(Change change, read_welcoming_change(as_bytes(state.epoch()), roster));
  const RosterEntry* me = roster.find(mine.identity());
  if (change.head.group != mine.group || change.head.day != welcome.day || me == nullptr ||
      me->request.bytes != mine.bytes) {
    return not_for_me();
  }
  return change;
}

}  // namespace

std::vector<Page> make_state_pages(ByteView signed_epoch, const Roster& roster,
                                   const ControlKeys& control) {
  wire::GroupState state;
  state.set_epoch(to_string(signed_epoch));
  for (const RosterEntry& entry : roster.entries()) {
    wire::RosterEntry* added = state.add_roster();
    added->set_request(to_string(entry.request.bytes));
    added->set_role(entry.role);
    if (entry.renewed) added->set_card(to_string(entry.renewed->bytes));
  }
  const Bytes bytes = serialise(state);
  const auto& sizes = limits::envelope_sizes_bytes;
  const std::size_t size = bytes.size() <= page_payload_max(sizes[1]) ? sizes[1] : sizes[2];
  std::vector<Page> pages;
  for (ByteView left = bytes; !left.empty();) {
    const ByteView here = left.first(std::min(left.size(), page_payload_max(size)));
    left = left.subspan(here.size());
    const auto number = static_cast<std::uint32_t>(pages.size());
    pages.push_back(make_page(control, PageKind::state, number, here, size));
  }
  PORCHLIGHT_ASSERT(pages.size() <= limits::state_pages_max);
  return pages;
}

SecretBytes make_welcome(std::uint32_t day, const EpochKeys& keys, std::span<const Page> state,
                         const std::optional<wire::Token>& enroll, const SigningKey& author) {
  wire::Welcome message;
  message.set_suite(suite);
  message.set_carry(to_string(keys.carry.reveal()));
  message.set_ctl_collect(to_string(keys.control.collect.reveal()));
  message.set_ctl_drop(to_string(keys.control.drop.reveal()));
  message.set_ctl_seal(to_string(keys.control.seal.reveal()));
  message.set_attribution(to_string(keys.attribution.reveal()));
  message.set_day(day);
  message.set_day_secret(to_string(keys.day.reveal()));
  for (const Page& page : state) message.add_state_pages(page.hash.str());
  if (enroll) *message.mutable_enroll() = *enroll;
  const SecretBytes body = serialise_secret(message);
  wipe_secrets(message);
  Bytes made = wire::make_signed(wire::label::welcome, body.reveal(), author);
  SecretBytes secret{ByteView(made)};
  wipe(made);
  return secret;
}

Result<Welcome> open_welcome(ByteView signed_welcome, std::span<const VerifyKey> authors) {
  TRY(wire::Unverified unverified, wire::parse_signed(signed_welcome));
  const auto author = std::find_if(authors.begin(), authors.end(), [&](const VerifyKey& one) {
    return unverified.verify(wire::label::welcome, one).ok();
  });
  wire::Welcome message;
  const bool decoded = parse(message, unverified.body);
  wipe(unverified.body);
  Welcome welcome;
  const bool whole = take_keys(welcome.keys, message);
  if (author == authors.end()) {
    return Error{Errc::not_authentic, "a welcome is by nobody who was asked for it"};
  }
  if (!decoded) return Error{Errc::malformed, "a welcome does not decode"};
  if (message.suite() != suite) return update_needed(tr("the group's welcome"));
  if (!whole) return Error{Errc::malformed, "a welcome holds a key of an impossible size"};
  if (!take_page_hashes(welcome.state_pages, message)) {
    return Error{Errc::malformed, "a welcome lists an impossible state"};
  }
  welcome.author = *author;
  welcome.day = message.day();
  if (message.has_enroll()) welcome.enroll = message.enroll();
  return welcome;
}

Result<Change> verify_welcome(const Welcome& welcome, ByteView state, const JoinRequest& mine) {
  TRY(Change change, read_state(welcome, state, mine));
  if (welcome.author != mine.inviter || !change.roster.is_lead(mine.inviter) ||
      !contains(change.added, mine.identity())) {
    return not_for_me();
  }
  return change;
}

Result<Change> verify_refresh(const Welcome& welcome, ByteView state, const JoinRequest& mine) {
  TRY(Change change, read_state(welcome, state, mine));
  if (change.author != welcome.author || !contains(change.refreshed, mine.identity())) {
    return not_for_me();
  }
  return change;
}

Arrival::Arrival(Welcome welcome, SecretBytes signed_welcome, std::uint64_t seq)
    : welcome_(std::move(welcome)), signed_welcome_(std::move(signed_welcome)), seq_(seq) {
  for (std::uint32_t number = 0; number < welcome_.state_pages.size(); ++number) {
    PageKeys keys = derive_page(welcome_.keys.control, PageKind::state, number);
    const wire::MailboxAddress address = keys.address();
    pages_.push_back({std::move(keys), address, address.id(), std::nullopt});
  }
}

bool Arrival::reads(const MailboxId& mailbox) const {
  return std::any_of(pages_.begin(), pages_.end(),
                     [&](const Place& page) { return page.mailbox == mailbox; });
}

bool Arrival::lacks(const MailboxId& mailbox) const {
  return std::any_of(pages_.begin(), pages_.end(),
                     [&](const Place& page) { return page.mailbox == mailbox && !page.payload; });
}

void Arrival::deliver(const MailboxId& mailbox, ByteView envelope) {
  for (std::size_t i = 0; i < pages_.size(); ++i) {
    Place& page = pages_[i];
    if (page.mailbox != mailbox || page.payload) continue;
    page.payload = open_page(page.keys, PageKind::state, envelope, welcome_.state_pages[i]);
  }
}

bool Arrival::is_whole() const {
  return std::all_of(pages_.begin(), pages_.end(),
                     [](const Place& page) { return page.payload.has_value(); });
}

Bytes Arrival::state() const {
  Bytes state;
  for (const Place& page : pages_) {
    state.insert(state.end(), page.payload->begin(), page.payload->end());
  }
  return state;
}

std::optional<Arrival> load_arrival(std::string& signed_welcome, std::uint64_t seq,
                                    std::span<const VerifyKey> authors) {
  SecretBytes bytes = SecretBytes::absorb(signed_welcome);
  auto welcome = open_welcome(bytes.reveal(), authors);
  if (!welcome) return std::nullopt;
  return Arrival(std::move(welcome).value(), std::move(bytes), seq);
}

}  // namespace porchlight::client
