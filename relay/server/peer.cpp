#include "relay/server/peer.hpp"

#include "proto/base/limits.hpp"
#include "relay/server/clock.hpp"
#include "relay/server/shard.hpp"

namespace porchlight::relay {
namespace {

constexpr std::size_t pull_count_max = 64;
// Frames handled before others get their turn, even if more are there.
constexpr std::size_t frames_at_once = 64;

wire::Answer failure(std::uint64_t request_id, wire::FailureCode code) {
  wire::Answer answer;
  answer.set_id(request_id);
  answer.mutable_failure()->set_code(code);
  return answer;
}

}  // namespace

Peer::Peer(Shard& shard, ConnectionId id, net::Connection connection)
    : shard_(shard),
      id_(id),
      connection_(std::move(connection)),
      session_(shard.context()),
      deadline_(Clock::now() + limits::handshake_timeout) {}

Peer::~Peer() {
  end_cursors();
  shard_.forget(*this);
}

net::awaitable<void> Peer::serve(std::shared_ptr<Peer> self, Admission admission) {
  Peer& peer = *self;
  const Status shaken = co_await peer.connection_.handshake();
  if (!shaken.ok()) {
    ++peer.shard_.counters().handshakes_failed;
    peer.connection_.close();
    co_return;
  }
  peer.deadline_ = Clock::now() + limits::first_request_timeout;
  if (admission == Admission::surplus) {
    peer.send(failure(0, wire::FAILURE_BUSY));
    peer.flush();
  } else {
    co_await peer.read_requests();
    co_await peer.finish_requests();
  }
  co_await peer.connection_.finish();
}

// ---- reading ------------------------------------------------------------------------------------

net::awaitable<void> Peer::read_requests() {
  send(session_.greeting(system_now()));
  std::size_t handled = 0;
  while (!closing_) {
    const auto frame = connection_.next_frame();
    if (!frame.ok()) {
      perform(session_.on_oversized_frame());
      break;
    }
    if (!*frame) {
      flush();
      const Status received = co_await connection_.receive();
      if (!received.ok()) break;
      continue;
    }
    if (must_pause()) co_await pause();
    deadline_ = Clock::now() + limits::idle_timeout;
    perform(session_.on_frame(**frame, system_now()));
    if (++handled % frames_at_once == 0) {
      flush();
      co_await net::asio::post(shard_.io(), net::as_result);
    }
  }
}

/// What was asked is still answered, after the client's last request or ours to stop.
net::awaitable<void> Peer::finish_requests() {
  deadline_ = Clock::now() + limits::request_timeout;
  if (closing_) end_cursors();
  std::vector<Cursor*> live;
  for (Cursor& cursor : cursors_) {
    if (cursor.order.extent == Deliver::Extent::live) live.push_back(&cursor);
  }
  for (Cursor* cursor : live) end(*cursor);
  flush();
  while (connection_.is_open() && !is_settled()) {
    net::asio::steady_timer timer(shard_.io(), Clock::time_point::max());
    paused_ = &timer;
    co_await timer.async_wait(net::as_result);
    paused_ = nullptr;
  }
}

bool Peer::must_pause() const {
  return unsent() + session_.parked_bytes() > limits::unsent_bytes_max ||
         !shard_.committer().has_room();
}

net::awaitable<void> Peer::pause() {
  flush();
  while (connection_.is_open() && must_pause()) {
    if (!shard_.committer().has_room()) shard_.note_starved();
    net::asio::steady_timer timer(shard_.io(), Clock::time_point::max());
    paused_ = &timer;
    co_await timer.async_wait(net::as_result);
    paused_ = nullptr;
  }
}

void Peer::nudge() {
  if (paused_) paused_->cancel();
}

// ---- what the session wants ---------------------------------------------------------------------

void Peer::perform(Effects effects) {
  for (Effect& effect : effects) {
    if (auto* to_send = std::get_if<Send>(&effect)) {
      send(to_send->answer);
    } else if (auto* to_queue = std::get_if<Queue>(&effect)) {
      ++in_flight_;
      shard_.committer().submit({id_, to_queue->ticket, std::move(to_queue->operation)});
    } else if (auto* to_deliver = std::get_if<Deliver>(&effect)) {
      start(*to_deliver);
    } else {
      closing_ = true;
      connection_.stop_reading();
    }
  }
}

void Peer::on_outcome(Ticket ticket, const Outcome& outcome) {
  PORCHLIGHT_ASSERT(in_flight_ > 0);
  --in_flight_;
  perform(session_.on_outcome(ticket, outcome, system_now()));
  ask_turn();
}

void Peer::send(const wire::Answer& answer) { wire::append_frame(answer, out_); }

// ---- collecting ---------------------------------------------------------------------------------

void Peer::start(const Deliver& order) {
  Cursor& cursor = cursors_.emplace_back(Cursor{this, order, order.after});
  ++behind_;
  if (order.extent == Deliver::Extent::live) shard_.live().add(cursor);
}

void Peer::end(Cursor& cursor) {
  if (cursor.order.extent == Deliver::Extent::live) shard_.live().remove(cursor);
  if (cursor.state == Cursor::State::behind) --behind_;
  cursors_.remove_if([&](const Cursor& other) { return &other == &cursor; });
}

void Peer::end_cursors() {
  while (!cursors_.empty()) end(cursors_.front());
}

void Peer::on_news(Cursor& cursor, Seq seq, std::string_view delivery) {
  if (cursor.state == Cursor::State::behind || seq <= cursor.after) return;
  if (writer_waits_ || unsent() > limits::unsent_bytes_max) {
    cursor.state = Cursor::State::behind;
    ++behind_;
    return;
  }
  append_delivery(cursor.order.request_id, delivery, out_);
  cursor.after = seq;
  ++shard_.counters().deliveries;
  ask_turn();
}

void Peer::pull_once() {
  const auto next = std::find_if(cursors_.begin(), cursors_.end(), [](const Cursor& cursor) {
    return cursor.state == Cursor::State::behind;
  });
  PORCHLIGHT_ASSERT(next != cursors_.end());
  cursors_.splice(cursors_.end(), cursors_, next);
  Cursor& cursor = cursors_.back();
  const std::uint64_t request_id = cursor.order.request_id;
  const auto envelopes = shard_.reader().read(cursor.order.mailbox, cursor.after, pull_count_max,
                                              limits::unsent_bytes_max);
  if (!envelopes.ok()) {
    shard_.log().error("the store could not be read for a collect");
    send(failure(request_id, wire::FAILURE_INTERNAL));
    end(cursor);
    return session_.on_collect_ended();
  }
  for (const StoredEnvelope& envelope : *envelopes) {
    append_delivery(request_id, encode_delivery(envelope.seq, *envelope.bytes), out_);
    cursor.after = envelope.seq;
  }
  shard_.counters().deliveries += envelopes->size();
  if (!envelopes->empty()) return;

  cursor.state = Cursor::State::abreast;
  --behind_;
  if (!cursor.caught_up_sent) {
    cursor.caught_up_sent = true;
    wire::Answer answer;
    answer.set_id(request_id);
    answer.mutable_caught_up()->set_incarnation(shard_.context().incarnation.str());
    send(answer);
  }
  if (cursor.order.extent == Deliver::Extent::until_caught_up) {
    end(cursor);
    session_.on_collect_ended();
  }
}

// ---- sending ------------------------------------------------------------------------------------

void Peer::ask_turn() {
  if (std::exchange(turn_asked_, true)) return;
  shard_.give_turn(shared_from_this());
}

void Peer::flush() {
  turn_asked_ = false;
  bool may_pull = true;
  while (connection_.is_open() && !writer_waits_) {
    if (unsent() == 0) {
      std::string().swap(out_);  // an idle connection keeps no buffer
      sent_ = 0;
      if (behind_ == 0) break;
      if (!std::exchange(may_pull, false)) {
        ask_turn();
        break;
      }
      pull_once();
      continue;
    }
    const auto taken = connection_.try_write(std::string_view(out_).substr(sent_));
    if (!taken.ok()) return abandon();
    sent_ += *taken;
    if (*taken > 0) continue;
    out_.erase(0, std::exchange(sent_, 0));
    writer_waits_ = true;
    shard_.spawn(wait_writable(shared_from_this()));
  }
  nudge();
}

net::awaitable<void> Peer::wait_writable(std::shared_ptr<Peer> self) {
  const Status writable = co_await self->connection_.wait_writable();
  self->writer_waits_ = false;
  if (!writable.ok()) co_return self->abandon();
  self->flush();
}

// ---- the end ------------------------------------------------------------------------------------

void Peer::stop() {
  connection_.stop_reading();
  nudge();
}

void Peer::abandon() {
  connection_.close();
  nudge();
}

}  // namespace porchlight::relay
