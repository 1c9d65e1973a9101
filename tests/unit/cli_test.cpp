// client/cli: what people type, and what they see.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <ctime>

#include "client/cli/commands.hpp"
#include "client/cli/qr.hpp"
#include "client/cli/show.hpp"
#include "client/cli/terminal.hpp"
#include "client/cli/time_text.hpp"
#include "proto/arguments/arguments_text.hpp"
#include "tests/e2e/json_schema.hpp"

namespace porchlight::client {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class Cli : public testing::Test {
 protected:
  Cli() {
    setenv("TZ", "America/Chicago", 1);
    tzset();
  }
  // 2026-11-23 14:02 in Chicago.
  const TimePoint now_ = *parse_time("2026-11-23T20:02:00Z", TimePoint{});
};

// ---- what others wrote ----------------------------------------------------------------------

TEST_F(Cli, NothingThatATerminalObeysIsPrinted) {
  EXPECT_EQ(one_line("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(one_line("a\r\tb\x7f"), "a\\x0d\\x09b\\x7f");
  EXPECT_EQ(one_line("\xc2\x9b"
                     "0m"),
            "\\u009b0m");  // CSI as one character
  EXPECT_EQ(one_line("a\xe2\x80\xae"
                     "b"),
            "a\\u202eb");  // right to left from here
  EXPECT_EQ(one_line("a\xe2\x81\xa6"
                     "b"),
            "a\\u2066b");
  EXPECT_EQ(one_line("one\ntwo"), "one / two");
}

TEST_F(Cli, NameWithSomethingInvisibleInItLooksDifferent) {
  EXPECT_EQ(one_line("A\xe2\x80\x8bna"), "A\\u200bna");
  EXPECT_EQ(one_line("A\xe2\x81\xa0na"), "A\\u2060na");
  EXPECT_EQ(one_line("A\xef\xbb\xbfna"), "A\\ufeffna");
  EXPECT_EQ(one_line("A\xd8\x9cna"), "A\\u061cna");
}

TEST_F(Cli, SentencesThatAreJoinedEachHaveAnEnd) {
  EXPECT_EQ(sentences("there is no token left", "try again"), "There is no token left. Try again.");
  EXPECT_EQ(sentences("it is down: try later", "it is kept."),
            "It is down: try later. It is kept.");
  EXPECT_EQ(sentences("Whole already.", ""), "Whole already.");
}

TEST_F(Cli, WhatTheParserComplainsOfIsSaidWithEachThingInItsPlace) {
  using Words = std::vector<std::string>;
  const CLI::Error all[] = {
      CLI::ExtrasError(Words{"there"}),
      CLI::ExtrasError(Words{"over", "there"}),
      CLI::RequiredError("group"),
      CLI::RequiresError("--of", "--as"),
      CLI::ExcludesError("--file", "--site"),
      CLI::ConversionError("--people", Words{"many"}),
      CLI::ArgumentMismatch("--at", 2, 1),
      CLI::ArgumentMismatch::TypedAtLeast("--name", 1, "NAME"),
      CLI::ValidationError("--days", "Value 31 not in range 1 to 30"),
      CLI::ValidationError("--days", "of the moon"),
  };
  for (const CLI::Error& error : all) EXPECT_EQ(complaint_text(error.what()), error.what());
}

TEST_F(Cli, LabelsInAnyLanguageStandInOneColumn) {
  Output out(Format::text, Colour::never);
  testing::internal::CaptureStdout();
  out.labelled(
      {{"située", "5th & Oak"}, {"équipement", "vans"}, {"地点", "north"}, {"why", ""}});
  out.flush();
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "  située      5th & Oak\n  équipement  vans\n  地点        north\n");
}

TEST_F(Cli, OrdinaryTextOfAnyLanguageIsPrintedAsItIs) {
  for (const char* text : {"5th & Oak", "Señora Núñez", "交差点", "🚐 two vans", ""}) {
    EXPECT_EQ(one_line(text), text);
  }
  EXPECT_EQ(one_line("\xe2\x80"), "\xe2\x80");  // cut short: no harm
}

// ---- times ----------------------------------------------------------------------------------

TEST_F(Cli, TimesAreReadInTheDevicesZone) {
  EXPECT_EQ(*parse_time("14:02", now_), now_);
  EXPECT_EQ(*parse_time("2026-11-23 14:02", now_), now_);
  EXPECT_EQ(*parse_time("13:32", now_), now_ - 30min);
  // Across the end of daylight saving time on 1 November.
  EXPECT_EQ(*parse_time("2026-10-31 14:02", now_), *parse_time("2026-10-31T19:02:00Z", now_));
  for (const char* bad : {"", "soon", "25:00", "14:02:99", "2026-13-01 10:00", "14:02 tomorrow"}) {
    EXPECT_EQ(parse_time(bad, now_).error().code, Errc::usage) << bad;
  }
}

TEST_F(Cli, TimesAreShownAsShortAsTheyCanBe) {
  EXPECT_EQ(short_time(now_, now_), "14:02");
  EXPECT_EQ(short_time(now_ - 26h, now_), "Sun 12:02");
  EXPECT_EQ(short_time(now_ - 24h * 30, now_), "2026-10-24 15:02");
  EXPECT_EQ(rfc3339(now_), "2026-11-23T20:02:00Z");
}

TEST_F(Cli, SpansHaveAUnitAndABound) {
  EXPECT_EQ(*parse_span("90m"), 90min);
  EXPECT_EQ(*parse_span("2h"), 2h);
  EXPECT_EQ(*parse_span("7d"), 168h);
  for (const char* bad :
       {"", "2", "h", "-2h", "0m", "2w", "2h3", "99999999999999999999d", "400d"}) {
    EXPECT_FALSE(parse_span(bad).ok()) << bad;
  }
  EXPECT_EQ(*parse_since("2h", now_), now_ - 2h);
  EXPECT_EQ(*parse_since("14:00", now_), now_ - 2min);
}

TEST_F(Cli, ZoneIsAnIanaNameWhateverTheEnvironmentSays) {
  EXPECT_EQ(zone_name(), "America/Chicago");
  setenv("TZ", "../../etc/passwd", 1);
  EXPECT_EQ(zone_name().find(".."), std::string::npos);
}

// ---- lines ----------------------------------------------------------------------------------

MessageView message(wire::Body body) {
  MessageView view;
  view.id = *MessageId::from(Bytes(16, 7));
  view.sender_name = "Ana\x1b[0m";
  view.body = std::move(body);
  view.body.set_id(view.id.str());
  return view;
}

TEST_F(Cli, MessageIsOneLineWithWhenWhereWhoAndWhat) {
  wire::Body body;
  body.mutable_text()->set_text("Use the\nnorth gate");
  MessageView text = message(body);
  text.sent = now_;
  EXPECT_EQ(message_line(text, "dispatch", {}, now_),
            "14:02  dispatch  Ana\\x1b[0m  Use the / north gate");
}

TEST_F(Cli, SightingShowsTheFieldsThatWereFilledIn) {
  wire::Sighting sighting;
  sighting.set_activity("two vans");
  sighting.set_location("5th & Oak");
  sighting.set_observed_minute(wire::unix_minute(now_));
  sighting.set_first_hand(true);
  EXPECT_EQ(sighting_text(sighting, now_), "two vans · at 5th & Oak · seen 14:02 · first hand");
}

TEST_F(Cli, MessageThatThisVersionDoesNotKnowIsAPlaceholder) {
  EXPECT_THAT(message_line(message({}), "dispatch", {}, now_), HasSubstr("update porchlight"));
  EXPECT_EQ(message_json(message({}), "dispatch", {}).value("kind", ""), "unknown");
}

TEST_F(Cli, JsonSaysWhatIsOnTheBoard) {
  SightingView sighting;
  sighting.short_id = "S-4K7";
  sighting.standing = SightingView::Standing::claimed;
  sighting.claimed_by = "Ana";
  sighting.eta_minutes = 10;
  const Json fields = sighting_json(sighting, "dispatch", {});
  EXPECT_EQ(fields.value("standing", ""), "claimed");
  EXPECT_EQ(fields.value("eta_minutes", 0), 10);
  EXPECT_FALSE(fields.contains("outcome"));
  EXPECT_EQ(e2e::schema_fault(record_line("sighting", fields)), "");
  EXPECT_EQ(standing_text(sighting, {}), "claimed by Ana, there in 10 min");
}

TEST_F(Cli, SightingSaysWhatItIsADuplicateOfAndThatItHasNotLeft) {
  Board board;
  board.sightings.resize(2);
  SightingView& first = board.sightings[0];
  first.id = *MessageId::from(Bytes(16, 1));
  first.short_id = "S-4K7";
  SightingView& second = board.sightings[1];
  second.id = *MessageId::from(Bytes(16, 2));
  second.short_id = "S-9QX";
  second.standing = SightingView::Standing::dismissed;
  second.outcome.emplace();
  second.outcome->set_kind(wire::OUTCOME_DUPLICATE);
  second.outcome->set_duplicate_of(first.id.str());
  second.outcome_by = "Ana";
  EXPECT_EQ(standing_text(second, board), "duplicate of S-4K7 by Ana");
  const Json fields = sighting_json(second, "dispatch", board);
  EXPECT_EQ(fields.value("duplicate_of", ""), "S-4K7");
  EXPECT_EQ(e2e::schema_fault(record_line("sighting", fields)), "");
  first.report.standing = MessageView::Standing::queued;
  EXPECT_EQ(standing_text(first, board), "queued here, open");
}

// ---- the rest -------------------------------------------------------------------------------

TEST_F(Cli, QrOfTheLongestLinkFitsATerminalOfEightyColumnsAndFortyRows) {
  const auto qr = terminal_qr("porchlight:j/" + std::string(287, 'A'), 80);
  ASSERT_TRUE(qr);
  EXPECT_LE(std::count(qr->begin(), qr->end(), '\n'), 40);
  EXPECT_FALSE(terminal_qr("porchlight:j/" + std::string(287, 'A'), 40));
}

bool echoes(int terminal) {
  termios state{};
  EXPECT_EQ(tcgetattr(terminal, &state), 0);
  return (state.c_lflag & ECHO) != 0;
}

TEST_F(Cli, TerminalEchoesAgainAfterAPassphraseThatWasBrokenOff) {
  int keyboard = -1;
  const pid_t asked = forkpty(&keyboard, nullptr, nullptr, nullptr);
  ASSERT_GE(asked, 0);
  if (asked == 0) {
    const auto typed = ask_hidden("Passphrase: ");
    _exit(typed.ok() ? 0 : 1);
  }
  const int screen = open(ptsname(keyboard), O_RDWR | O_NOCTTY | O_CLOEXEC);
  ASSERT_GE(screen, 0);
  int status = 0;
  while (echoes(screen)) ASSERT_EQ(waitpid(asked, &status, WNOHANG), 0) << "it did not ask";
  ASSERT_EQ(write(keyboard, "abc\x03", 4), 4);  // Ctrl-C
  ASSERT_EQ(waitpid(asked, &status, 0), asked);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
  EXPECT_TRUE(echoes(screen));
  close(screen);
  close(keyboard);
}

TEST_F(Cli, EveryCommandHasASummaryAnExampleOfItselfAndAFamily) {
  for (const Command& command : all_commands()) {
    EXPECT_FALSE(command.summary.empty()) << command.path;
    EXPECT_THAT(std::string(command.example), HasSubstr("porchlight " + std::string(command.path)));
    const auto space = command.path.find(' ');
    if (space != std::string_view::npos) {
      EXPECT_FALSE(family_summary(command.path.substr(0, space)).empty()) << command.path;
    }
  }
}

TEST_F(Cli, ExitStatusesAreTheOnesThatScriptsRelyOn) {
  EXPECT_EQ(static_cast<int>(exit_code_of(Errc::usage)), 2);
  EXPECT_EQ(static_cast<int>(exit_code_of(Errc::wrong_passphrase)), 3);
  EXPECT_EQ(static_cast<int>(exit_code_of(Errc::locked)), 3);
  EXPECT_EQ(static_cast<int>(exit_code_of(Errc::not_permitted)), 4);
  EXPECT_EQ(static_cast<int>(exit_code_of(Errc::unreachable)), 5);
  EXPECT_EQ(static_cast<int>(exit_code_of(Errc::no_tokens)), 5);
  EXPECT_EQ(static_cast<int>(exit_code_of(Errc::full)), 6);
  EXPECT_EQ(static_cast<int>(exit_code_of(Errc::wrong_identity)), 7);
  EXPECT_EQ(static_cast<int>(exit_code_of(Errc::expired)), 8);
  EXPECT_EQ(static_cast<int>(exit_code_of(Errc::update_needed)), 9);
  EXPECT_EQ(static_cast<int>(exit_code_of(Errc::storage)), 1);
}

}  // namespace
}  // namespace porchlight::client
