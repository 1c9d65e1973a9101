// Every kind of body that people say, past its end: neither the views, nor the vault, nor a backup
// that is made of it afterwards hold its text any longer (clause 13.1).
#include "client/core/bodies.hpp"
#include "client/core/detention.hpp"
#include "client/core/library.hpp"
#include "client/core/roll_call.hpp"
#include "client/core/rules.hpp"
#include "client/core/shifts.hpp"
#include "tests/unit/client_core_fixture.hpp"
#include "tests/unit/vault_fixture.hpp"

namespace porchlight::client {
namespace {

constexpr const char* canary = "CANARY-OF-A-TEXT";
constexpr const char* about = "CANARY-FOR-AN-ID";  // 16 bytes, as ids have

struct Kind {
  const char* name;
  void (*fill)(wire::Body& body, TimePoint now);
};

constexpr Kind kinds[] = {
    {"Text", [](wire::Body& body, TimePoint) { body.mutable_text()->set_text(canary); }},
    {"Sighting",
     [](wire::Body& body, TimePoint) {
       wire::Sighting& sighting = *body.mutable_sighting();
       sighting.set_activity(canary);
       sighting.set_location(canary);
       sighting.set_size(canary);
       sighting.set_uniform(canary);
       sighting.set_equipment(canary);
     }},
    {"Claim",
     [](wire::Body& body, TimePoint) {
       body.mutable_verification()->set_sighting(about);
       body.mutable_verification()->mutable_claim()->set_eta_minutes(5);
     }},
    {"Release",
     [](wire::Body& body, TimePoint) {
       body.mutable_verification()->set_sighting(about);
       body.mutable_verification()->mutable_release()->set_note(canary);
     }},
    {"Outcome",
     [](wire::Body& body, TimePoint) {
       body.mutable_verification()->set_sighting(about);
       body.mutable_verification()->mutable_outcome()->set_kind(wire::OUTCOME_GONE);
       body.mutable_verification()->mutable_outcome()->set_basis(canary);
     }},
    {"Closure",
     [](wire::Body& body, TimePoint) {
       body.mutable_verification()->set_sighting(about);
       body.mutable_verification()->mutable_closure()->set_note(canary);
     }},
    {"ForcedAlert",
     [](wire::Body& body, TimePoint) {
       body.mutable_forced_alert()->set_channel_id(std::string(about) + about);
       body.mutable_forced_alert()->set_alert(about);
       body.mutable_forced_alert()->set_sighting(about);
       body.mutable_forced_alert()->set_reason(canary);
     }},
    {"Retraction",
     [](wire::Body& body, TimePoint) { body.mutable_retraction()->set_message(about); }},
    {"RollCall",
     [](wire::Body& body, TimePoint) {
       body.mutable_roll_call()->set_text(canary);
       body.mutable_roll_call()->add_asked("somebody");
     }},
    {"RollCallAnswer",
     [](wire::Body& body, TimePoint) {
       body.mutable_roll_call_answer()->set_roll_call(about);
       body.mutable_roll_call_answer()->set_kind(wire::ROLL_CALL_OK);
       body.mutable_roll_call_answer()->set_note(canary);
     }},
    {"Shift",
     [](wire::Body& body, TimePoint now) {
       wire::Shift& shift = *body.mutable_shift();
       shift.set_site(canary);
       shift.set_post(canary);
       shift.set_note(canary);
       shift.set_start_minute(wire::unix_minute(now));
       shift.set_end_minute(wire::unix_minute(now) + 60);
       shift.set_max_people(1);
     }},
    {"ShiftAct",
     [](wire::Body& body, TimePoint) {
       body.mutable_shift_act()->set_shift(about);
       body.mutable_shift_act()->set_kind(wire::SHIFT_CLAIM);
       body.mutable_shift_act()->set_note(canary);
     }},
    {"LibraryItem",
     [](wire::Body& body, TimePoint) {
       wire::LibraryItem& item = *body.mutable_library_item();
       item.set_item(about);
       item.set_version(1);
       item.set_title(canary);
       item.set_jurisdiction(canary);
       item.set_reviewer(canary);
       item.set_text(canary);
     }},
    {"DetentionNotice",
     [](wire::Body& body, TimePoint now) {
       wire::DetentionNotice& notice = *body.mutable_detention_notice();
       notice.set_notice(about);
       notice.set_place(canary);
       notice.set_consent(true);
       notice.set_name(canary);
       notice.set_contact(canary);
       notice.set_note(canary);
       notice.set_purge_day(wire::unix_day(now) + 30);
     }},
    {"Rules",
     [](wire::Body& body, TimePoint) {
       body.mutable_rules()->set_version(1);
       body.mutable_rules()->set_text(canary);
     }},
};

bool holds_canary(std::string_view text) { return text.find("CANARY") != std::string_view::npos; }

std::size_t count_canaries(const std::vector<Record>& records) {
  return static_cast<std::size_t>(
      std::count_if(records.begin(), records.end(), [](const Record& r) {
        return holds_canary(as_text(r.key)) || holds_canary(as_text(r.value.reveal()));
      }));
}

class Lifetimes : public VaultTest, public testing::WithParamInterface<Kind> {
 protected:
  Lifetimes() {
    take_operator_invite(ana, relay);
    group = *ana.core().create_group("dispatch", "Ana", ana.now(), GroupKind::legal);
    ana.keep();
    ana.sync();
    bring_in(ana, ben, group, "Ben");
  }
  void sync_all() {
    for (int round = 0; round < 2; ++round) {
      for (Device* device : {&ana, &ben}) device->sync();
    }
  }
  /// As the device has it by now, by what changed since the last time.
  void bring_up_to_date(Vault& vault, const Device& device) {
    std::set<std::pair<Table, Bytes>> present;
    std::vector<Write> writes;
    for (Record& record : device.records()) {
      present.emplace(record.table, record.key);
      writes.push_back({record.table, record.key, std::move(record.value)});
    }
    for (const auto& [table, key] : in_vault_) {
      if (!present.contains({table, key})) writes.push_back({table, key, std::nullopt});
    }
    const Status applied = vault.apply(writes);
    ASSERT_TRUE(applied.ok()) << applied.error().what;
    in_vault_ = std::move(present);
  }
  /// How many records of a backup that is made now hold the text.
  std::size_t count_in_backup(Vault& vault, const std::string& called) {
    const path to = base_ / called;
    EXPECT_TRUE(vault.back_up(to).ok());
    auto other =
        VaultLock::acquire(base_ / (called + "-restored"), 0ms, VaultLock::Manner::ring, {});
    EXPECT_TRUE(other.ok());
    auto staged = Vault::stage(*std::move(other), to, as_bytes("correct horse"), random_);
    EXPECT_TRUE(staged.ok());
    const auto records = staged->read_all();
    EXPECT_TRUE(records.ok());
    return count_canaries(*records);
  }
  std::size_t count_views(Device& device) {
    const TimePoint now = device.now();
    const auto said = device.core().live_messages(group, now);
    return said.size() + device.core().messages(group).size() + make_notices(said).size() +
           make_board(said).sightings.size() + make_board(said).taken_back.size() +
           make_roll_calls(said).size() + make_shifts(said).shifts.size() +
           make_library(said).items.size() + (current_rules(said) ? 1 : 0);
  }

  MemoryRelay relay;
  Device ana{relay, 2};
  Device ben{relay, 3};
  GroupId group;

 private:
  std::set<std::pair<Table, Bytes>> in_vault_;
};

TEST_P(Lifetimes, LeaveNothingInTheViewsNorInTheVaultNorInABackupOfIt) {
  wire::Body body;
  GetParam().fill(body, ana.now());
  const auto posted = ana.core().post(group, body, ana.now());
  ASSERT_TRUE(posted.ok()) << posted.error().what;
  ana.keep();
  sync_all();
  ASSERT_EQ(ben.core().messages(group).size(), 1u);
  const auto lifetime = std::chrono::hours(ben.core().messages(group)[0].body.lifetime_hours());
  Vault vault = create();
  ASSERT_NO_FATAL_FAILURE(bring_up_to_date(vault, ben));
  EXPECT_GT(count_in_backup(vault, "before"), 0u);  // so what is not found below could be

  relay.now += lifetime - 2h;
  sync_all();
  EXPECT_EQ(ben.core().messages(group).size(), 1u);
  relay.now += 6h;  // clocks are trusted to an hour or so
  sync_all();
  for (Device* device : {&ana, &ben}) {
    EXPECT_EQ(count_views(*device), 0u);
    EXPECT_EQ(count_canaries(device->records()), 0u);
  }
  ASSERT_NO_FATAL_FAILURE(bring_up_to_date(vault, ben));
  EXPECT_EQ(count_in_backup(vault, "after"), 0u);
}

INSTANTIATE_TEST_SUITE_P(OfEveryKind, Lifetimes, testing::ValuesIn(kinds),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace porchlight::client
