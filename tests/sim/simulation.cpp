#include "tests/sim/simulation.hpp"

namespace porchlight::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// A Thursday evening: the week's end and a midnight are near.
constexpr TimePoint start_of_runs{std::chrono::sys_days{std::chrono::November / 19 / 2026} +
                                  hours{20}};
constexpr std::size_t inviters_of_runs = 3;
constexpr std::size_t speakers_of_runs = 3;
constexpr std::uint32_t steps_between_rests = 30;
// Below the seven days that a relay keeps what it stores, whatever else comes to that.
constexpr hours unrest_max{4 * 24};
constexpr hours rest_wait_max{4 * 24};
// Days that are over are left by some and not by others; their order is no longer common.
constexpr hours restored_age_max{20};
constexpr seconds clock_error_max{3 * 3'600};
constexpr hours clock_agreement{limits::clock_disagreement_max_hours};

TimePoint draw_start(SeededRandom& random) {
  return start_of_runs + minutes{random.below(7 * 24 * 60)};
}

/// Where anybody is up to something, others may well be warned.
Honesty trust(const Plan& plan) {
  return plan.conduct == Conduct::good ? plan.honesty : Honesty::dishonest;
}

}  // namespace

std::string repeat(const Plan& plan) {
  if (plan.plot == Plot::split) {
    return "porchlight_sim --split --seed " + std::to_string(plan.seed);
  }
  if (plan.plot == Plot::healing) {
    return "porchlight_sim --healing --seed " + std::to_string(plan.seed);
  }
  constexpr std::array conducts = {"", " --conduct member", " --conduct lead", " --conduct thief"};
  return "porchlight_sim --seed " + std::to_string(plan.seed) + " --steps " +
         std::to_string(plan.steps) + " --clients " + std::to_string(plan.clients) +
         (plan.opening == Opening::group     ? " --group"
          : plan.opening == Opening::channel ? " --channel"
                                             : "") +
         (plan.honesty == Honesty::dishonest ? " --dishonest" : "") +
         conducts[static_cast<std::size_t>(plan.conduct)] +
         (plan.restores_per_mille > 0 ? " --restores " + std::to_string(plan.restores_per_mille)
                                      : "");
}

Simulation::Simulation(const Plan& plan)
    : plan_(plan),
      world_(plan.seed,
             [&] {
               seed_libsodium(plan.seed);
               SeededRandom random{stream_seed(plan.seed, "start")};
               return draw_start(random);
             }()),
      channels_(world_, history_),
      secrecy_(world_, channels_),
      network_(world_),
      view_(world_),
      relay_(world_, network_, view_),
      history_(world_, trust(plan),
               [this](const Device& device) { return channels_.may_be_behind(device); }),
      records_(world_),
      ground_{world_,   network_, relay_,      history_,     channels_,
              records_, secrecy_, trust(plan), plan.patience},
      people_(ground_, clients_),
      habits_(ground_, clients_),
      mischief_(ground_, plan.conduct),
      clocks_(world_.stream("clocks")),
      settled_at_(world_.now()) {
  relay_.set_detail(plan.detail);
  view_.set_log([this](ByteView envelope) { secrecy_.on_envelope(envelope); });
  view_.keep_secret(std::string(secret_word));
  for (std::uint32_t i = 0; i < plan.clients; ++i) {
    const auto error = static_cast<std::uint64_t>(clock_error_max.count());
    const seconds ahead{static_cast<std::int64_t>(world_.random().below(2 * error)) -
                        clock_error_max.count()};
    // The first has a clock that is right, as somebody always has.
    clients_.push_back(std::make_unique<ClientNode>(ground_, std::string(1, char('A' + i)),
                                                    i == 0 ? seconds{0} : ahead));
  }
}

Simulation::~Simulation() = default;

// ---- a whole run ----------------------------------------------------------------------------

void Simulation::meet() {
  if (plan_.opening == Opening::group) return found_group(clients_.size());
  if (plan_.opening == Opening::channel) {
    people_.keep_to(speakers_of_runs + 1);
    return found_channel(2);
  }
  const std::size_t inviters = std::min<std::size_t>(inviters_of_runs, clients_.size());
  for (std::size_t i = 0; i < inviters; ++i) people_.enter_by_operator(*clients_[i]);
  world_.advance(minutes{5});
  for (std::size_t i = 0; i < inviters; ++i) people_.accept(*clients_[i]);
  settle();
  people_.create_group(*clients_[0]);
}

Report Simulation::run() {
  meet();
  for (std::uint32_t step_number = 1; step_number <= plan_.steps; ++step_number) {
    if (world_.failure()) break;
    step();
    if (step_number % steps_between_rests == 0 || world_.now() - settled_at_ > unrest_max) {
      settle();
    }
  }
  settle();
  return report();
}

Report Simulation::report() const {
  return {.failure = world_.failure(),
          .story = world_.failure() ? world_.story() : std::string(),
          .counts = world_.counts()};
}

void Simulation::step() {
  if (plan_.opening == Opening::channel && world_.random().chance(700)) {
    habits_.do_something();
  } else {
    people_.do_something();
  }
  if (world_.random().chance(250)) make_trouble();
  if (plan_.restores_per_mille > 0) lose_the_store();
  set_clocks();
  if (plan_.conduct != Conduct::good && world_.random().chance(300)) {
    mischief_.make(*world_.random().pick(clients_));
  }
  if (world_.random().chance(50)) secrecy_.copy_vault(world_.random().pick(clients_)->name());
  pass_time();
  check_secrets();
}

// An operator puts a backup back and tells people; within a day all have been online. Who has not
// may find that the others' history is not the relay's (clause 4.8).
void Simulation::lose_the_store() {
  SeededRandom& random = world_.random();
  if (random.chance(3 * plan_.restores_per_mille)) relay_.back_up();
  if (random.chance(plan_.restores_per_mille) && relay_.restore(restored_age_max)) settle();
}

void Simulation::pass_time() {
  SeededRandom& random = world_.random();
  const std::uint64_t drawn = random.below(100);
  if (drawn < 75) {
    world_.advance(Milliseconds{random.between(1, 30'000)});
  } else if (drawn < 90) {
    world_.advance(seconds{random.between(30, 3'600)});
  } else if (drawn < 98) {
    world_.advance(minutes{random.between(60, 12 * 60)});
  } else {
    world_.advance(hours{random.between(12, 36)});
  }
}

void Simulation::make_trouble() {
  SeededRandom& random = world_.random();
  ClientNode& client = *random.pick(clients_);
  constexpr std::array points = {CrashPoint::before_keeping, CrashPoint::after_keeping,
                                 CrashPoint::while_sending};
  switch (random.below(9)) {
    case 0:
      return network_.cut_all();
    case 1:
      return network_.set_weather({.cut_per_mille = static_cast<std::uint32_t>(random.below(30)),
                                   .delay_max = Milliseconds{random.between(5, 20'000)}});
    case 2:
      return client.go_offline();
    case 3:
      return client.go_online();
    case 4:
      return client.crash();
    case 5:
      return relay_.restart(Milliseconds{random.between(100, 600'000)});
    case 6:
      return relay_.crash_at_next_commit(random.chance(500) ? RelayNode::CrashPoint::before_commit
                                                            : RelayNode::CrashPoint::after_commit);
    case 7:
      return plan_.honesty == Honesty::honest ? plant_junk() : replay();
    default:
      return client.crash_soon(random.pick(points),
                               static_cast<std::uint32_t>(random.between(1, 6)));
  }
}

// A clock is hours or days off for a while, beyond what is agreement or within, and is set right.
void Simulation::set_clocks() {
  if (clocks_.chance(25)) {
    ClientNode& client = *clocks_.pick(clients_);
    const hours most = clocks_.chance(500) ? hours{32} : hours{24 * 60};
    const std::chrono::minutes leap{
        clocks_.between(2 * 60, static_cast<std::uint64_t>(std::chrono::minutes{most}.count()))};
    client.set_clock(clocks_.chance(500) ? leap : -leap);
    note_days();
    if (clocks_.chance(500)) world_.advance(minutes{clocks_.between(20, 180)});
  }
  if (clocks_.chance(80)) clocks_.pick(clients_)->set_clock(seconds{0});
  note_days();
}

// What was sent in a day is read when it has begun everywhere. A clock that disagrees counts as a
// day ahead at most.
void Simulation::note_days() {
  const std::uint32_t today = wire::unix_day(world_.now());
  for (const auto& client : clients_) {
    const bool agrees = client->device_now() - world_.now() < clock_agreement;
    newest_day_ = std::max(newest_day_, agrees ? wire::unix_day(client->device_now()) : today + 1);
  }
}

// Who knows an inbox may bring anything there.
void Simulation::plant_junk() {
  SeededRandom& random = world_.random();
  const std::vector<MailboxId> inboxes = view_.inboxes();
  if (inboxes.empty()) return;
  const MailboxId inbox = random.pick(inboxes);
  Bytes junk(random.pick(limits::envelope_sizes_bytes));
  random.fill(junk);
  std::vector<relay::StoredEnvelope> there = relay_.contents(inbox);
  if (!there.empty() && random.chance(500)) {
    junk = *random.pick(there).bytes;
    junk[static_cast<std::size_t>(random.below(junk.size()))] ^= 0x10;
  }
  world_.trace("somebody brings junk to an inbox");
  relay_.plant(inbox, std::move(junk));
}

// A relay may show again what it has, where it was or elsewhere.
void Simulation::replay() {
  SeededRandom& random = world_.random();
  const std::vector<MailboxId> mailboxes = view_.mailboxes();
  if (mailboxes.empty()) return;
  std::vector<relay::StoredEnvelope> there = relay_.contents(random.pick(mailboxes));
  if (there.empty()) return;
  Bytes envelope = *random.pick(there).bytes;
  const MailboxId target = random.pick(mailboxes);
  world_.trace("the relay replays an envelope");
  relay_.plant(target, std::move(envelope));
}

// ---- coming to rest -------------------------------------------------------------------------

std::vector<Device> Simulation::devices() const {
  std::vector<Device> all;
  for (const auto& client : clients_) {
    if (client->up()) all.push_back(client->device());
  }
  return all;
}

// Who is ahead writes in a day that others have not entered: they read it when their own has begun,
// and they have noticed.
bool Simulation::at_rest() const {
  const auto day = [](const auto& client) {
    return wire::unix_day(client->device_now() - minutes{15});
  };
  for (const auto& client : clients_) {
    if (day(client) != day(clients_.front()) || day(client) < newest_day_ ||
        wire::unix_day(client->device_now()) != day(client)) {
      return false;
    }
  }
  return std::all_of(clients_.begin(), clients_.end(),
                     [](const auto& client) { return client->at_rest(); });
}

void Simulation::settle() {
  world_.trace("-- good weather");
  network_.set_weather({});
  relay_.crash_at_next_commit(RelayNode::CrashPoint::none);
  for (auto& client : clients_) {
    client->call_off_crash();
    client->start();
    client->go_online();
    client->set_clock(seconds{0});
  }
  const TimePoint begin = world_.now();
  std::uint32_t quiet = 0;
  while (!world_.failure() && quiet < 2) {
    people_.settle_contests();
    people_.answer_catch_ups();
    world_.advance(world_.now() - begin < hours{1} ? minutes{3} : minutes{30});
    const auto unrest = channels_.unrest(devices());
    quiet = at_rest() && !unrest ? quiet + 1 : 0;
    if (world_.now() - begin > rest_wait_max) {
      for (const auto& client : clients_) world_.trace(client->describe_unrest());
      if (unrest) world_.trace(*unrest);
      world_.fail("the devices do not come to rest");
    }
  }
  if (world_.failure()) return;
  check_secrets();
  history_.check_rest(devices());
  channels_.check_rest(devices());
  secrecy_.note_channels(devices());
  secrecy_.note_cards();
  // Devices look after their keys every so often.
  world_.advance(minutes{30});
  secrecy_.check_leftovers(wire::unix_day(world_.now()));
  world_.trace("-- at rest");
  settled_at_ = world_.now();
}

// ---- directed scenarios ---------------------------------------------------------------------

void Simulation::found_group(std::size_t members) {
  ClientNode& founder = *clients_.front();
  for (std::size_t i = 0; i < 2; ++i) {
    people_.enter_by_operator(*clients_[i]);
    world_.advance(minutes{2});
    people_.accept(*clients_[i]);
  }
  settle();
  people_.create_group(founder);
  for (std::size_t i = 1; i < members && !world_.failure(); ++i) {
    ask_to_join(founder, *clients_[i]);
    people_.approve(founder);
    settle();
    if (!people_.has_group(*clients_[i])) world_.fail("a client did not get into the group");
  }
}

void Simulation::found_channel(std::size_t volunteers) {
  found_group(std::min(speakers_of_runs, clients_.size()));
  if (world_.failure()) return;
  habits_.create(*clients_.front());
  settle();
  // The last ones, so that who comes into the group is not among them.
  for (std::size_t i = 0; i < volunteers && i + speakers_of_runs < clients_.size(); ++i) {
    ClientNode& volunteer = *clients_[clients_.size() - 1 - i];
    habits_.invite(*clients_.front());
    world_.advance(minutes{2});
    habits_.follow(volunteer);
    for (int tries = 0; tries < 20 && !habits_.accept(volunteer); ++tries) {
      world_.advance(minutes{2});
    }
  }
  settle();
}

void Simulation::ask_to_join(ClientNode& inviter, ClientNode& joiner) {
  people_.invite(inviter);
  world_.advance(minutes{2});
  people_.follow(joiner);
  // A parcel that is not there yet is looked for again later.
  for (int i = 0; i < 20 && !people_.accept(joiner); ++i) world_.advance(minutes{2});
  world_.advance(minutes{2});
}

void Simulation::put_on_side(const ClientNode& client, std::size_t side) {
  history_.on_side(client.name(), side);
  records_.on_side(client.name(), side);
}

void Simulation::check_secrets() {
  secrecy_.check_vaults();
  secrecy_.check_boundaries();
}

std::vector<client::WarningView> Simulation::warnings(std::size_t client) const {
  return clients_[client]->core().warnings();
}

}  // namespace porchlight::sim
