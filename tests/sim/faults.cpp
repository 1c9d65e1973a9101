#include "tests/sim/faults.hpp"

namespace porchlight::sim {
namespace {

using std::chrono::minutes;

using Envelopes = std::vector<relay::StoredEnvelope>;

constexpr std::size_t reader = 1;

// Frames are what a reader's collecting lane gets in the smallest envelopes, beside changes of the
// roster; these scenarios change no roster once the meddler is there.
bool is_for(const std::string& purpose, const ClientNode& client) {
  return purpose == client.name() + " collect";
}

// The last of several comes first as well, under a seq before all of them.
Meddler deliver_under_two_seqs(const ClientNode& victim) {
  return [&victim](const std::string& purpose, const MailboxId&, Envelopes envelopes) {
    if (!is_for(purpose, victim) || envelopes.size() < 2) return envelopes;
    const relay::StoredEnvelope early{envelopes.front().seq - 1, envelopes.back().bytes};
    envelopes.insert(envelopes.begin(), early);
    return envelopes;
  };
}

Meddler suppress(std::set<std::string> purposes, std::size_t skip) {
  auto hidden = std::make_shared<std::optional<std::pair<MailboxId, relay::Seq>>>();
  auto seen = std::make_shared<std::set<relay::Seq>>();
  return [=](const std::string& purpose, const MailboxId& mailbox, Envelopes envelopes) {
    if (!purposes.contains(purpose)) return envelopes;
    std::erase_if(envelopes, [&](const relay::StoredEnvelope& envelope) {
      seen->insert(envelope.seq);
      if (!*hidden && seen->size() > skip) *hidden = {mailbox, envelope.seq};
      return *hidden && (*hidden)->first == mailbox && (*hidden)->second == envelope.seq;
    });
    return envelopes;
  };
}

Meddler swap_neighbours(const ClientNode& victim) {
  return [&victim](const std::string& purpose, const MailboxId&, Envelopes envelopes) {
    if (!is_for(purpose, victim)) return envelopes;
    for (std::size_t i = 1; i < envelopes.size(); i += 2) {
      std::swap(envelopes[i - 1].bytes, envelopes[i].bytes);
    }
    return envelopes;
  };
}

void post_by_others(Simulation& simulation, std::size_t rounds) {
  Clients& clients = simulation.clients();
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < clients.size(); ++i) {
      clients[i]->start();
      if (i != reader && clients[i]->up()) simulation.people().post_text(*clients[i]);
      simulation.world().advance(minutes{1});
    }
  }
}

// Frames that were sent and not kept are read back from the relay, so that they do no harm. What
// cannot be read back is under which spend id a token was presented.
void use_up_tokens(Simulation& simulation) {
  ClientNode& author = *simulation.clients().front();
  for (int i = 0; i < 60; ++i) {
    author.go_offline();
    author.go_online();
    simulation.world().advance(minutes{3});
    if (i % 2 == 0) author.crash();
    author.start();
  }
}

void arm(Simulation& simulation, Fault fault) {
  ClientNode& victim = *simulation.clients()[reader];
  switch (fault) {
    case Fault::none:
      return;
    case Fault::answered_before_durable:
      return simulation.relay().lie_about_next_drop();
    case Fault::delivered_under_two_seqs:
      return simulation.relay().set_meddler(deliver_under_two_seqs(victim));
    case Fault::suppressed_delivery:
      return simulation.relay().set_meddler(suppress({victim.name() + " collect"}, 0));
    case Fault::swapped_deliveries:
      return simulation.relay().set_meddler(swap_neighbours(victim));
    case Fault::sent_before_kept:
      return simulation.clients().front()->set_keep_order(KeepOrder::after_sending);
  }
}

}  // namespace

Report run_with_fault(std::uint64_t seed, Fault fault) {
  Simulation simulation({.seed = seed, .clients = 3});
  simulation.found_group(simulation.clients().size());
  if (simulation.world().failure()) return simulation.report();
  arm(simulation, fault);
  simulation.clients()[reader]->go_offline();
  post_by_others(simulation, 3);
  if (fault == Fault::sent_before_kept) use_up_tokens(simulation);
  simulation.settle();
  post_by_others(simulation, 1);
  simulation.settle();
  return simulation.report();
}

Report run_healing(std::uint64_t seed) {
  Simulation simulation({.seed = seed, .clients = 4});
  simulation.found_group(simulation.clients().size());
  for (const auto& client : simulation.clients()) simulation.copy_vault(*client);
  for (int day = 0; day < 9 && !simulation.world().failure(); ++day) {
    post_by_others(simulation, 1);
    simulation.world().advance(std::chrono::hours{22});
    if (day % 3 == 2) simulation.settle();
  }
  for (int change = 0; change < 2 && !simulation.world().failure(); ++change) {
    simulation.people().rekey(*simulation.clients().front());
    simulation.settle();
  }
  return simulation.report();
}

SuppressionReport run_suppression(std::uint64_t seed, const std::set<std::size_t>& readers) {
  Simulation simulation({.seed = seed, .clients = 4, .honesty = Honesty::dishonest});
  simulation.found_group(simulation.clients().size());
  Clients& clients = simulation.clients();
  std::set<std::string> purposes;
  for (const std::size_t i : readers) purposes.insert(clients[i]->name() + " collect");
  SuppressionReport result;
  if (!simulation.world().failure()) {
    // The first and the second frame are passed on: the third is of a client that is no reader
    // here.
    simulation.relay().set_meddler(suppress(std::move(purposes), 2));
    for (int round = 0; round < 3; ++round) {
      for (auto& client : clients) {
        simulation.people().post_text(*client);
        simulation.world().advance(minutes{2});
      }
    }
    simulation.world().advance(std::chrono::hours{1});
    for (std::size_t i = 0; i < clients.size(); ++i) {
      std::size_t missing = 0;
      for (const client::WarningView& warning : simulation.warnings(i)) {
        missing += warning.kind == client::WarningView::Kind::missing_message ? 1 : 0;
      }
      result.warnings.push_back(missing);
    }
  }
  result.report = simulation.report();
  return result;
}

}  // namespace porchlight::sim
