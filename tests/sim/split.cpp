#include "tests/sim/split.hpp"

#include "tests/sim/intruder.hpp"

namespace porchlight::sim {
namespace {

using client::GroupView;
using client::WarningView;
using std::chrono::hours;
using std::chrono::minutes;

using Envelopes = std::vector<relay::StoredEnvelope>;
using Sides = std::array<std::vector<ClientNode*>, 2>;

/// Until everybody has told the leads of a new card (clause 8.4), and been heard.
constexpr int half_days = 20;

enum class Deceit : std::uint8_t {
  swapped,  // the second side sees the two the other way round
  hidden,   // each side sees one of them
};

/// What one side gets to see of the mailbox in which the two changes lie.
Envelopes show(const Envelopes& both, std::size_t side, Deceit deceit) {
  Envelopes shown = {{both[0].seq, both[side].bytes}};
  if (deceit == Deceit::swapped) shown.push_back({both[1].seq, both[1 - side].bytes});
  return shown;
}

class Split {
 public:
  explicit Split(std::uint64_t seed)
      : simulation_({.seed = seed, .clients = 5, .honesty = Honesty::dishonest}),
        random_(simulation_.world().stream("split")) {}

  Report run() {
    simulation_.found_group(clients().size());
    // Where tokens or removals leave one of the leads without a change, there is nothing to split.
    if (simulation_.world().failure() || !deceive()) return simulation_.report();
    for (int i = 0; i < half_days && !simulation_.world().failure(); ++i) {
      live_on();
    }
    if (!simulation_.world().failure()) check();
    return simulation_.report();
  }

 private:
  Clients& clients() { return simulation_.clients(); }
  static GroupView group(const ClientNode& client) { return client.core().groups().front(); }
  static const client::MemberView& me(const GroupView& group) {
    return *std::find_if(group.members.begin(), group.members.end(),
                         [](const client::MemberView& member) { return member.me; });
  }
  static const client::MemberView* find(const GroupView& group, const VerifyKey& identity) {
    const auto found =
        std::find_if(group.members.begin(), group.members.end(),
                     [&](const client::MemberView& member) { return member.identity == identity; });
    return found == group.members.end() ? nullptr : &*found;
  }
  static bool warns(const ClientNode& client) {
    const auto all = client.core().warnings();
    return std::any_of(all.begin(), all.end(), [](const WarningView& warning) {
      return warning.kind == WarningView::Kind::foreign_epoch ||
             warning.kind == WarningView::Kind::unknown_epoch;
    });
  }
  static std::vector<MessageId> stored(const ClientNode& client) {
    std::vector<MessageId> ids;
    for (const auto& message : client.core().messages(group(client).id)) {
      if (message.standing == client::MessageView::Standing::stored) ids.push_back(message.id);
    }
    return ids;
  }

  /// Both leads change the group at once, and the relay tells each that theirs was first.
  bool deceive() {
    const auto view =
        Intruder::enter(clients().front()->vault(), group(*clients().front()).id, random_);
    const MailboxId control = view->control_mailbox();
    draw_sides();
    const Deceit deceit = random_.chance(500) ? Deceit::swapped : Deceit::hidden;
    simulation_.relay().ignore_if_last(control);
    simulation_.relay().set_meddler([this, control, deceit](const std::string& purpose,
                                                            const MailboxId& mailbox,
                                                            Envelopes envelopes) {
      if (mailbox != control || envelopes.empty()) return envelopes;
      const Envelopes both = simulation_.relay().contents(control);
      // Nobody sees the first before the second is there.
      if (both.size() < 2) waiting_.insert(purpose);
      if (both.size() < 2) return Envelopes{};
      Envelopes shown = show(both, side_of(purpose), deceit);
      if (waiting_.erase(purpose) > 0) return shown;
      std::erase_if(shown, [&](const relay::StoredEnvelope& envelope) {
        return envelope.seq < envelopes.front().seq;
      });
      return shown;
    });
    change(*clients()[0], *clients()[2]);
    change(*clients()[1], *clients()[3]);
    // Who has to wait for a token or a connection tries again.
    for (int i = 0; i < 20 && simulation_.relay().contents(control).size() < 2; ++i) {
      simulation_.world().advance(minutes{30});
    }
    simulation_.world().advance(minutes{30});
    if (simulation_.relay().contents(control).size() != 2) {
      simulation_.world().count("splits without two changes");
      return false;
    }
    simulation_.world().count(deceit == Deceit::swapped ? "changes swapped" : "changes hidden");
    return true;
  }

  void draw_sides() {
    for (std::size_t i = 0; i < clients().size(); ++i) {
      // A lead on each; which of the two changes comes first is the relay's to say.
      const std::size_t side = i < 2 ? i : random_.below(2);
      sides_[side].push_back(clients()[i].get());
      simulation_.put_on_side(*clients()[i], side + 1);
    }
  }

  std::size_t side_of(const std::string& purpose) const {
    return std::any_of(sides_[1].begin(), sides_[1].end(), [&](const ClientNode* client) {
      return purpose.starts_with(client->name() + ' ');
    });
  }

  void change(ClientNode& lead, ClientNode& other) {
    const GroupView view = group(lead);
    const std::string name = find(view, me(group(other)).identity)->name;
    lead.act([&](client::Core& core) {
      const auto now = lead.device_now();
      const Status wished = random_.chance(400) ? core.rekey(view.id, now)
                            : random_.chance(500)
                                ? core.remove_member(view.id, name, now)
                                : core.set_role(view.id, name, wire::ROLE_LEAD, now);
      PORCHLIGHT_ASSERT(wished.ok());
    });
  }

  void live_on() {
    for (auto& client : clients()) {
      const GroupView view = group(*client);
      if (view.standing == GroupView::Standing::member && random_.chance(500)) {
        simulation_.people().post_text(*client, view);
      }
      simulation_.world().advance(minutes{random_.between(1, 60)});
    }
    simulation_.world().advance(hours{10});
    simulation_.check_secrets();
  }

  void check() {
    simulation_.world().advance(hours{1});
    for (const auto& side : sides_) {
      for (const ClientNode* client : side) {
        for (const ClientNode* other : sides_[&side == &sides_[0] ? 1 : 0]) {
          check_apart(*client, *other);
        }
      }
    }
  }

  static bool is_in(const ClientNode& client) {
    return group(client).standing == GroupView::Standing::member;
  }

  /// They stand in two histories. What was said in one is not read in the other; and a lead of both
  /// whom somebody of the other side told of their card knows.
  void check_apart(const ClientNode& client, const ClientNode& other) {
    if (!is_in(client) || !is_in(other)) return;
    const GroupView mine = group(client);
    const GroupView theirs = group(other);
    for (const auto& message : client.core().messages(mine.id)) {
      const auto ids = stored(other);
      if (message.mine && std::find(ids.begin(), ids.end(), message.id) != ids.end()) {
        simulation_.world().fail("boundaries: " + other.name() + " reads what " + client.name() +
                                 " said in another history");
      }
    }
    const auto* there = find(theirs, me(mine).identity);
    const bool is_told = me(mine).role == wire::ROLE_LEAD && there != nullptr &&
                         there->role == wire::ROLE_LEAD &&
                         find(mine, me(theirs).identity) != nullptr;
    if (!is_told) return;
    simulation_.world().count("leads who hear of the other side");
    if (warns(client)) return;
    simulation_.world().fail("no silent change: " + client.name() + " is not warned, although " +
                             other.name() + " is in another history of the group");
  }

  Simulation simulation_;
  SeededRandom random_;
  Sides sides_;
  std::set<std::string> waiting_;  // for the second change
};

}  // namespace

Report run_split(std::uint64_t seed) { return Split(seed).run(); }

}  // namespace porchlight::sim
