// Removals that lost a race (clause 10.9): nobody talks on in front of somebody whom a lead wanted
// out, until a lead other than that member has settled it.
#include "client/core/state.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

bool contains(const std::vector<VerifyKey>& keys, const VerifyKey& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

/// In an epoch that is over: a change that lies beside the one that won.
void Core::State::judge_beside(Group& group, Epoch& epoch, const Bytes& signed_epoch,
                               std::uint64_t seq, TimePoint now) {
  const Succession& succession = *epoch.succeeded;
  const auto beside = read_beside(epoch.head, succession.leads, signed_epoch);
  if (!beside || succession.seq == 0) return;
  if (beside->id == succession.by) return group.find_succession(epoch, seq);
  // What comes beside the next epoch is news only while that one stands: who led before it must
  // not be able to hold the group up for ever.
  if (epoch.head.number + 1 != group.newest().head.number) return;
  if (notice_other_history(group, succession, beside->day, seq, now)) return;
  for (const VerifyKey& member : beside->removals) contest(group, member, beside->author, now);
}

void Core::State::contest(Group& group, const VerifyKey& member, const VerifyKey& author,
                          TimePoint now) {
  if (member == me.id() || member == author || group.removed() ||
      group.roster().find(member) == nullptr || group.find_contest(member) != nullptr) {
    return;
  }
  auto contests = group.contests();
  contests.push_back({member, author});
  group.set_contests(std::move(contests));
  // What is under way would settle it by accident.
  if (count_undecided(group) > 0) forget_proposal(group);
  warn_of_contests(group, now);
}

/// After a change was adopted: what it settles, and what it leaves undone.
void Core::State::settle_contests(Group& group, const Change& change, TimePoint now) {
  auto contests = group.contests();
  std::erase_if(contests, [&](const Contest& contest) {
    return change.author != contest.member || group.roster().find(contest.member) == nullptr;
  });
  group.set_contests(std::move(contests));
  if (Wishes wishes = group.wishes(); !wishes.keeps.empty() && group.contests().empty()) {
    wishes.keeps.clear();
    wishes.rekey = false;
    group.set_wishes(std::move(wishes));
  }
  if (change.author != me.id()) {
    for (const VerifyKey& member : std::vector(group.wishes().removals)) {
      contest(group, member, me.id(), now);
    }
  }
  warn_of_contests(group, now);
}

/// A lead proposes nothing while there are any: it would settle them by accident.
std::size_t Core::State::count_undecided(const Group& group) const {
  const auto& all = group.contests();
  const auto undecided = std::count_if(all.begin(), all.end(), [&](const Contest& contest) {
    return !contains(group.wishes().removals, contest.member) &&
           !contains(group.wishes().keeps, contest.member);
  });
  return static_cast<std::size_t>(undecided);
}

void Core::State::warn_of_contests(const Group& group, TimePoint now) {
  std::vector<std::string> texts;
  for (const Contest& contest : group.contests()) {
    // What this lead wants is made again by itself, and what it has decided is under way.
    if (!contains(group.wishes().removals, contest.member) &&
        !contains(group.wishes().keeps, contest.member)) {
      texts.push_back(contest_text(group, contest));
    }
  }
  warnings.replace_all(WarningView::Kind::removal_lost, group.id(), texts, now);
}

std::string Core::State::contest_text(const Group& group, const Contest& contest) const {
  const std::string member = name_of(group, contest.member);
  const std::string author = group.roster().find(contest.author) != nullptr
                                 ? name_of(group, contest.author)
                                 : tr("A lead who was taken out");
  const auto text = [&](const char* sentence) {
    return porchlight::say(sentence, author, member, group.name());
  };
  const auto entries = group.roster().entries();
  const bool others_lead = std::any_of(entries.begin(), entries.end(), [&](const auto& entry) {
    return entry.role == wire::ROLE_LEAD && entry.identity() != contest.member;
  });
  if (!others_lead) {
    return text(
        tr("{0} wanted {1} out of \"{2}\", and another change was stored first. Nothing is sent "
           "there until it is settled, and nobody but {1} leads: make a new group without them."));
  }
  if (group.roster().is_lead(me.id())) {
    return text(
        tr("{0} wanted {1} out of \"{2}\", and another change was stored first. Nothing is sent "
           "there until it is settled. Decide: porchlight member remove, or porchlight member "
           "keep, and the name."));
  }
  return text(
      tr("{0} wanted {1} out of \"{2}\", and another change was stored first. Nothing is sent "
         "there until it is settled: ask a lead."));
}

Status Core::State::keep_member(const GroupId& id, std::string_view name, TimePoint now) {
  TRY(Group * group, led_group(id, tr("decide who stays")));
  TRY(const VerifyKey member, find_member(*group, name));
  Wishes wishes = group->wishes();
  const auto withdrawn = std::erase(wishes.removals, member);
  if (group->find_contest(member) == nullptr) {
    if (withdrawn == 0) {
      return Error{Errc::not_found,
                   porchlight::say(tr("nobody wants {0} out of \"{1}\"; nothing was changed"), name,
                                   group->name())};
    }
    forget_proposal(*group);
    group->set_wishes(std::move(wishes));
    propose(*group, now);
    return Ok{};
  }
  if (!contains(wishes.keeps, member)) wishes.keeps.push_back(member);
  wishes.rekey = true;
  return wish(*group, std::move(wishes), now);
}

}  // namespace porchlight::client
