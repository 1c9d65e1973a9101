// A lane against a relay that says anything at all. Input: a byte for the extent and what there is
// to do, then steps: 0 lets the lane speak, 1 begins another round, 2 passes the time until a Ping,
// any other number is the length of a frame that follows.
#include "client/core/lane.hpp"

#include "proto/wire/envelope.hpp"
#include "proto/wire/frame.hpp"
#include "tests/fuzz/people.hpp"

using namespace porchlight;
using namespace porchlight::client;

namespace {

constexpr std::size_t output_bytes_max = 1024 * 1024 + 2 * limits::frame_bytes_max;

wire::MailboxAddress mailbox(Byte number, bool has_drop_key) {
  wire::MailboxAddress address{0, fuzz::filled<VerifyKey>(number), std::nullopt};
  if (has_drop_key) address.drop_key = address.collect_key;
  return address;
}

/// Does as it is told, as the core would, and holds the lane to what it may tell.
class Host final : public LaneHost {
 public:
  explicit Host(Byte work) {
    for (Byte i = 0; i < (work & 3) * 25; ++i) wanted_.push_back({mailbox(i, false), 5});
    for (Byte i = 0; i < (work >> 2 & 7); ++i) {
      const std::size_t size = limits::envelope_sizes_bytes[i % 3];
      queue_.push_back({i, mailbox(i, i % 2 == 0), Bytes(size), std::nullopt});
    }
    if (work & 32) useless_.push_back({mailbox(99, false), 7});
    if (work != 64) return;  // an event's parcel, and nothing else
    Subscription parcel{mailbox(98, true), 0};
    parcel.address.flags = wire::mailbox_flag::guest;
    wanted_.push_back(std::move(parcel));
  }

  std::vector<Subscription> subscriptions() override { return wanted_; }
  std::vector<OutboxItem> outbox() override { return queue_; }
  std::vector<Erasure> erasures() override { return useless_; }
  Result<SpendOrder> spend_order() override {
    PORCHLIGHT_ASSERT(greeted_);
    if (tokens_ == 0) return Error{Errc::no_tokens, "none left"};
    return SpendOrder{{}, fuzz::filled<SpendId>(tokens_)};
  }
  Result<Signature> prove(const wire::MailboxAddress&, wire::MailboxRight,
                          const Challenge&) override {
    PORCHLIGHT_ASSERT(greeted_);
    return Signature{};
  }
  void on_relay_facts(const RelayFacts& facts) override {
    PORCHLIGHT_ASSERT(!std::exchange(greeted_, true));
    PORCHLIGHT_ASSERT(facts.ordinary_days > 0 && facts.ordinary_days <= limits::ordinary_days);
  }
  void on_budget(const SpendId&, const wire::Budget& left) override {
    if (left.drops() == 0 && left.proofs() == 0 && tokens_ > 0) --tokens_;
  }
  void on_spend_refused(const SpendId&) override {
    PORCHLIGHT_ASSERT(tokens_ > 0);
    --tokens_;
  }
  void on_delivery(const MailboxId& from, std::uint64_t seq, ByteView envelope) override {
    PORCHLIGHT_ASSERT(wire::is_envelope_size(envelope.size()));
    Subscription& subscription = find(wanted_, from);
    PORCHLIGHT_ASSERT(seq > subscription.after_seq);
    subscription.after_seq = seq;
  }
  void on_caught_up(const MailboxId& in, const Incarnation&) override { find(wanted_, in); }
  void on_dropped(OutboxId id, std::uint64_t seq) override {
    PORCHLIGHT_ASSERT(seq != 0 && std::erase_if(queue_, [&](const OutboxItem& item) {
                                    return item.id == id;
                                  }) == 1);
  }
  void on_drop_refused(OutboxId id, const wire::Failure&) override {
    PORCHLIGHT_ASSERT(std::ranges::any_of(queue_, [&](const auto& item) { return item.id == id; }));
  }
  void on_erased(const MailboxId& in, std::uint64_t up_to_seq) override {
    PORCHLIGHT_ASSERT(find(useless_, in).up_to_seq == up_to_seq);
    useless_.clear();
  }
  Status persist() override { return Ok{}; }

  bool greeted() const { return greeted_; }
  bool idle() const { return wanted_.empty() && queue_.empty() && useless_.empty(); }

 private:
  template <class Work>
  static Work& find(std::vector<Work>& all, const MailboxId& mailbox) {
    const auto found =
        std::ranges::find_if(all, [&](const Work& work) { return work.address.id() == mailbox; });
    PORCHLIGHT_ASSERT(found != all.end());
    return *found;
  }

  std::vector<Subscription> wanted_;
  std::vector<OutboxItem> queue_;
  std::vector<Erasure> useless_;
  Byte tokens_ = 9;
  bool greeted_ = false;
};

class Connection {
 public:
  Connection(Host& host, LaneSession::Extent extent)
      : host_(host), session_(host, fuzz::Person(1).key(), extent) {}

  void hear(ByteView frame) {
    // The fuzzer need not write out whole envelopes.
    wire::Answer answer;
    if (!answer.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) {
      return session_.on_frame(frame);
    }
    if (!answer.has_delivery()) {
      unanswered_.erase(answer.id());
    } else if (answer.delivery().envelope().size() == 1) {
      answer.mutable_delivery()->mutable_envelope()->resize(limits::envelope_sizes_bytes[0]);
    }
    // Every puzzle that is worked on at all is an easy one here.
    if (answer.has_puzzle() && answer.puzzle().bits() <= limits::puzzle_bits_max) {
      answer.mutable_puzzle()->set_bits(answer.puzzle().bits() % 8);
    }
    session_.on_frame(as_bytes(answer.SerializeAsString()));
  }
  void collect_again() { session_.collect_again(); }
  void ping() {
    if (!session_.awaiting_answer()) session_.ping();
  }
  void step() {
    const auto output = session_.step();
    if (!output.ok()) {
      PORCHLIGHT_ASSERT(!error_ || *error_ == output.error().code);
      error_ = output.error().code;
      PORCHLIGHT_ASSERT(!session_.at_rest());
      return;
    }
    PORCHLIGHT_ASSERT(!error_ && output->size() <= output_bytes_max);
    PORCHLIGHT_ASSERT(session_.greeted() == host_.greeted());
    PORCHLIGHT_ASSERT(output->empty() || (host_.greeted() && session_.awaiting_answer()));
    read(as_bytes(*output));
    PORCHLIGHT_ASSERT(unanswered_.size() <= limits::requests_in_flight_max);
    const bool waits = session_.awaiting_answer();
    PORCHLIGHT_ASSERT(!session_.at_rest() || !waits);
    PORCHLIGHT_ASSERT(session_.at_rest() || waits || !host_.idle());
  }

 private:
  void read(ByteView output) {
    wire::FrameReader reader;
    while (!output.empty()) {
      const auto room = reader.prepare();
      const std::size_t size = std::min(room.size(), output.size());
      std::copy_n(output.begin(), size, room.begin());
      reader.commit(size);
      output = output.subspan(size);
      auto frame = reader.next();
      for (; frame.ok() && *frame; frame = reader.next()) read_request(**frame);
      PORCHLIGHT_ASSERT(frame.ok());
    }
    PORCHLIGHT_ASSERT(reader.empty());
  }
  void read_request(ByteView frame) {
    wire::Request request;
    PORCHLIGHT_ASSERT(request.ParseFromArray(frame.data(), static_cast<int>(frame.size())));
    PORCHLIGHT_ASSERT(request.id() > last_id_);
    last_id_ = request.id();
    unanswered_.insert(last_id_);
    // Nothing but a Ping goes before what pays for it, and an account is never named here.
    paid_ |= request.has_spend() || request.has_ask_puzzle();
    PORCHLIGHT_ASSERT(paid_ || request.has_ping());
    PORCHLIGHT_ASSERT(!request.has_issue() && !request.has_enroll());
  }

  Host& host_;
  LaneSession session_;
  std::optional<Errc> error_;
  std::set<std::uint64_t> unanswered_;
  std::uint64_t last_id_ = 0;
  bool paid_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  ByteView script(data + 1, size - 1);
  Host host(data[0]);
  using Extent = LaneSession::Extent;
  Connection connection(host, data[0] & 128 ? Extent::live : Extent::until_caught_up);
  while (!script.empty()) {
    const std::size_t length = std::min<std::size_t>(script[0], script.size() - 1);
    const ByteView frame = script.subspan(1, script[0] < 3 ? 0 : length);
    if (script[0] == 0) connection.step();
    if (script[0] == 1) connection.collect_again();
    if (script[0] == 2) connection.ping();
    if (script[0] > 2) connection.hear(frame);
    script = script.subspan(1 + frame.size());
  }
  connection.step();
  return 0;
}
