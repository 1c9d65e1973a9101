#include "relay/server/committer.hpp"

#include "proto/base/limits.hpp"
#include "relay/server/clock.hpp"
#include "relay/store/commit.hpp"

namespace porchlight::relay {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds sweep_interval = 5min;
constexpr std::chrono::seconds full_notice_interval = 10min;
constexpr std::chrono::seconds scrub_pause = 1s;  // `porchlightd check` reads for minutes

std::chrono::seconds pause_after(const Result<Swept>& swept) {
  if (!swept.ok() || swept->rest == Swept::Rest::none) return sweep_interval;
  return swept->rest == Swept::Rest::more ? 0s : scrub_pause;
}

std::size_t weight(const Work& work) {
  const auto* append = std::get_if<Append>(&work.operation);
  return sizeof(Work) + (append ? append->envelope->size() : 0);
}

}  // namespace

Committer::Committer(Database& database, const Policy& policy, spdlog::logger& log,
                     std::function<void(std::vector<Work>)> on_done)
    : database_(database),
      policy_(policy),
      log_(log),
      on_done_(std::move(on_done)),
      next_sweep_(std::chrono::steady_clock::now()),
      thread_([this] { loop(); }) {}

Committer::~Committer() { stop(); }

void Committer::submit(Work work) {
  queued_ += 1;
  queued_bytes_ += weight(work);
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(work));
  if (queue_.size() == 1) wake_.notify_one();
}

bool Committer::has_room() const {
  return queued_ < limits::commit_queue_operations_max &&
         queued_bytes_ < limits::commit_queue_bytes_max;
}

void Committer::run(std::function<void(Database&)> task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  wake_.notify_one();
}

void Committer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

bool Committer::wait_for_work() {
  std::unique_lock lock(mutex_);
  wake_.wait_until(lock, next_sweep_,
                   [this] { return stopping_ || !queue_.empty() || !tasks_.empty(); });
  return !stopping_ || !queue_.empty() || !tasks_.empty();
}

void Committer::loop() {
  while (wait_for_work()) {
    std::vector<Work> queued;
    std::vector<std::function<void(Database&)>> tasks;
    {
      const std::lock_guard lock(mutex_);
      queued.swap(queue_);
      tasks.swap(tasks_);
    }
    for (auto& task : tasks) task(database_);
    for (std::size_t begin = 0; begin < queued.size(); begin += limits::commit_batch_max) {
      const auto first = queued.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto size = std::min(limits::commit_batch_max, queued.size() - begin);
      const auto last = first + static_cast<std::ptrdiff_t>(size);
      commit({std::make_move_iterator(first), std::make_move_iterator(last)});
    }
    if (std::chrono::steady_clock::now() >= next_sweep_) sweep_some();
  }
}

void Committer::commit(std::vector<Work> batch) {
  std::vector<const Operation*> operations;
  operations.reserve(batch.size());
  for (const Work& work : batch) operations.push_back(&work.operation);
  auto outcomes = commit_batch(database_, operations, policy_, system_now());
  PORCHLIGHT_ASSERT(outcomes.size() == batch.size());
  std::size_t failed = 0;
  std::size_t full = 0;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    batch[i].outcome = std::move(outcomes[i]);
    bytes += weight(batch[i]);
    failed += std::holds_alternative<Failed>(batch[i].outcome) ? 1u : 0u;
    full += std::holds_alternative<Full>(batch[i].outcome) ? 1u : 0u;
  }
  if (full > 0) say_full();
  if (failed > 0) log_.error("the store failed {} of {} operations", failed, batch.size());
  queued_ -= batch.size();
  queued_bytes_ -= bytes;
  on_done_(std::move(batch));
}

/// Whoever drops something is told every time; the operator not as often.
void Committer::say_full() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_full_notice_) return;
  next_full_notice_ = now + full_notice_interval;
  log_.warn("the store is full and refuses drops: raise store_mib_max or free some disk space");
}

void Committer::sweep_some() {
  const auto swept = sweep(database_, system_now());
  if (!swept.ok()) log_.error("expired envelopes could not be erased; trying again later");
  if (swept.ok() && swept->envelopes > 0) log_.debug("{} envelopes expired", swept->envelopes);
  // What is left goes piece by piece, each between two batches.
  next_sweep_ = std::chrono::steady_clock::now() + pause_after(swept);
}

}  // namespace porchlight::relay
