// In a person's own language, with the real programs and without a locale that had to be generated.
#include <fstream>

#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Languages : public Stage {
 protected:
  using Environment = std::map<std::string, std::string>;

  static Finished speak(const Person& person, const Environment& more,
                        const std::vector<std::string>& arguments) {
    Command command = person.command(arguments);
    command.environment.insert(more.begin(), more.end());
    return e2e::run(command);
  }
  static Finished in_spanish(const Person& person, const std::vector<std::string>& arguments) {
    return speak(person, {{"LANG", "es_MX.UTF-8"}}, arguments);
  }
};

TEST_F(Languages, SpanishIsSpokenFromTheHelpToTheBoard) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  const Finished help = in_spanish(carla_, {"--help"});
  EXPECT_EQ(help.code, done);
  EXPECT_THAT(help.out, AllOf(HasSubstr("Opciones"), HasSubstr("Avistamientos, del reporte")));
  EXPECT_THAT(help.out, Not(HasSubstr("Options")));

  const Finished posted =
      in_spanish(carla_, {"sighting", "post", "--where", "Calle Niño y 5ª", "--size", "3"});
  EXPECT_EQ(posted.code, done) << posted.err;
  EXPECT_THAT(posted.out, HasSubstr("guardado"));
  const Finished listed = in_spanish(carla_, {"sighting", "list"});
  EXPECT_THAT(listed.out, AllOf(HasSubstr("abierto"), HasSubstr("Calle Niño y 5ª")));

  const Finished nothing = in_spanish(carla_, {"sighting", "show", "S-ZZZZZZZZ"});
  EXPECT_EQ(nothing.code, not_found);
  EXPECT_THAT(nothing.err, HasSubstr("Aquí no hay ningún avistamiento"));
  const Finished doctor = in_spanish(carla_, {"doctor"});
  EXPECT_THAT(doctor.out, AllOf(HasSubstr("el relé responde"), Not(HasSubstr("the relay"))));

  // What programs read is the same in every language.
  const Finished json = in_spanish(carla_, {"sighting", "list", "--json"});
  const Json record = Json::parse(json.out.substr(0, json.out.find('\n')), nullptr, false);
  ASSERT_FALSE(record.is_discarded()) << json.out;
  EXPECT_EQ(record.value("type", ""), "sighting");
  EXPECT_EQ(json.out, carla_.must({"sighting", "list", "--json"}));
}

TEST_F(Languages, LanguageComesFirstAndCIsEnglish) {
  const auto says = [&](const Environment& environment) {
    return speak(carla_, environment, {"--help"}).out;
  };
  EXPECT_THAT(says({}), HasSubstr("Options"));
  EXPECT_THAT(says({{"LANG", "tlh_QO.UTF-8"}}), HasSubstr("Options"));
  EXPECT_THAT(says({{"LANG", "en_US.UTF-8"}, {"LANGUAGE", "tlh:es"}}), HasSubstr("Opciones"));
  EXPECT_THAT(says({{"LANG", "en_US.UTF-8"}, {"LC_MESSAGES", "es"}}), HasSubstr("Opciones"));
  EXPECT_THAT(says({{"LANG", "es_US.UTF-8"}, {"LC_ALL", "C"}, {"LANGUAGE", "es"}}),
              HasSubstr("Options"));
}

TEST_F(Languages, TheRelaySpeaksThemToo) {
  const Finished help =
      e2e::run({{PORCHLIGHTD, "invite", "--help"}, {{"LANG", "es_US.UTF-8"}}, ""});
  EXPECT_THAT(help.out, HasSubstr("Imprimir invitaciones"));
  const Finished error =
      e2e::run({{PORCHLIGHTD, "status", "--data", "/nonexistent"}, {{"LANG", "es_US.UTF-8"}}, ""});
  EXPECT_NE(error.code, done);
  EXPECT_THAT(error.err, HasSubstr("No hay ningún relé en /nonexistent"));
}

// As installed: the catalogue lies beside the program, and has one text of all.
TEST_F(Languages, WhatACatalogueLacksShowsInEnglish) {
  const Folder folder;
  const auto program = folder.path() / "bin" / "porchlight";
  const auto messages = folder.path() / "share" / "locale" / "es" / "LC_MESSAGES";
  std::filesystem::create_directories(program.parent_path());
  std::filesystem::create_directories(messages);
  std::filesystem::copy_file(PORCHLIGHT, program);
  std::ofstream(folder.path() / "es.po")
      << "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n"
         "msgid \"Subcommands\"\nmsgstr \"Subórdenes\"\n";
  const Finished compiled = e2e::run(
      {{MSGFMT, "-o", (messages / "porchlight.mo").string(), (folder.path() / "es.po").string()},
       {},
       ""});
  ASSERT_EQ(compiled.code, 0) << compiled.err;

  const Finished help = e2e::run({{program.string(), "--help"}, {{"LANG", "es_MX.UTF-8"}}, ""});
  const Finished english = e2e::run({{program.string(), "--help"}, {}, ""});
  EXPECT_THAT(help.out, AllOf(HasSubstr("Subórdenes"), HasSubstr("Options")));
  std::string expected = english.out;
  const auto at = expected.find("Subcommands");
  ASSERT_NE(at, std::string::npos);
  expected.replace(at, std::string("Subcommands").size(), "Subórdenes");
  EXPECT_EQ(help.out, expected);
}

}  // namespace
}  // namespace porchlight::e2e
