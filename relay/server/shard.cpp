#include "relay/server/shard.hpp"

#include "proto/base/limits.hpp"

namespace porchlight::relay {
namespace {

// Between two turns of the event loop, so that a crowd of subscribers does not hold up the readers.
constexpr std::size_t turns_at_once = 128;

}  // namespace

Shard::Shard(net::asio::io_context& io, SessionContext context, Committer& committer,
             std::unique_ptr<Reader> reader, spdlog::logger& log)
    : io_(io),
      context_(std::move(context)),
      committer_(committer),
      reader_(std::move(reader)),
      log_(log) {}

void Shard::spawn(net::awaitable<void> coroutine) {
  const auto log_failure = [this](std::exception_ptr failure) {
    if (failure) log_.error("a connection ended by an internal error");
  };
  net::asio::co_spawn(io_, std::move(coroutine), log_failure);
}

void Shard::admit(net::Connection connection, Peer::Admission admission) {
  auto peer = std::make_shared<Peer>(*this, next_id_++, std::move(connection));
  peers_.emplace(peer->id(), peer.get());
  ++counters_.connections;
  if (admission == Peer::Admission::surplus) ++counters_.turned_away;
  spawn(Peer::serve(std::move(peer), admission));
}

void Shard::forget(const Peer& peer) {
  peers_.erase(peer.id());
  if (peers_.empty() && on_all_gone_) net::asio::post(io_, std::exchange(on_all_gone_, nullptr));
}

void Shard::on_batch(std::vector<Work> batch) {
  for (const Work& work : batch) {
    const auto* stored = std::get_if<Stored>(&work.outcome);
    if (stored && stored->novelty == Stored::Novelty::fresh) {
      ++counters_.drops;
      tell_subscribers(std::get<Append>(work.operation), stored->seq);
    }
    // A connection that is gone does not hear of it: the client asks again.
    const auto found = peers_.find(work.connection);
    if (found != peers_.end()) found->second->on_outcome(work.ticket, work.outcome);
  }
  if (starved_ && committer_.has_room()) {
    starved_ = false;
    for (const auto& [id, peer] : peers_) peer->on_room();
  }
}

void Shard::tell_subscribers(const Append& append, Seq seq) {
  const auto& cursors = subscriptions_.of(append.mailbox);
  if (cursors.empty()) return;
  const std::string delivery = encode_delivery(seq, *append.envelope);
  for (Cursor* cursor : cursors) cursor->peer->on_news(*cursor, seq, delivery);
}

void Shard::give_turn(std::shared_ptr<Peer> peer) {
  turns_.push_back(std::move(peer));
  if (turns_posted_) return;
  turns_posted_ = true;
  net::asio::post(io_, [this] { take_turns(); });
}

void Shard::take_turns() {
  for (std::size_t i = 0; i < turns_at_once && !turns_.empty(); ++i) {
    const std::shared_ptr<Peer> peer = std::move(turns_.front());
    turns_.pop_front();
    peer->flush();
  }
  turns_posted_ = !turns_.empty();
  if (turns_posted_) net::asio::post(io_, [this] { take_turns(); });
}

void Shard::use_keyring(std::shared_ptr<const Keyring> keyring) {
  context_.keyring = std::move(keyring);
}

void Shard::end_silent() {
  const auto now = Peer::Clock::now();
  for (const auto& [id, peer] : peers_) {
    if (peer->deadline() <= now) peer->abandon();
  }
}

void Shard::stop(std::function<void()> done) {
  on_all_gone_ = std::move(done);
  for (const auto& [id, peer] : peers_) peer->stop();
  if (peers_.empty()) net::asio::post(io_, std::exchange(on_all_gone_, nullptr));
}

void Shard::abandon_all() {
  for (const auto& [id, peer] : peers_) peer->abandon();
}

}  // namespace porchlight::relay
