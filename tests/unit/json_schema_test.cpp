// proto/output.schema.json: it describes what the programs print, and nothing else.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "client/cli/output.hpp"
#include "tests/e2e/json_schema.hpp"

namespace porchlight::client {
namespace {

namespace fs = std::filesystem;
using e2e::schema_fault;

std::string read(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

nlohmann::json definitions() {
  return nlohmann::json::parse(read(PORCHLIGHT_SCHEMA)).at("definitions");
}

/// Everything that prints for programs.
const std::string& sources() {
  static const std::string all = [] {
    std::string text;
    for (const char* folder : {"client/cli", "relay/server"}) {
      for (const auto& entry : fs::directory_iterator(fs::path(PORCHLIGHT_SOURCE) / folder)) {
        if (entry.path().extension() == ".cpp") text += read(entry.path());
      }
    }
    return text;
  }();
  return all;
}

std::set<std::string> printed_types() {
  std::set<std::string> types;
  const auto find = [&](const std::string& text, const std::regex& pattern) {
    for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
      types.insert((*it)[1]);
    }
  };
  find(sources(), std::regex(R"re(record(?:_line)?\(\s*"(\w+)")re"));
  find(sources(), std::regex(R"re(\{"type", "(\w+)"\})re"));
  // What listen prints of changes has its type from a table.
  const std::string printer = read(fs::path(PORCHLIGHT_SOURCE) / "client/cli/printer.cpp");
  find(printer, std::regex(R"re(return \{"(\w+)",)re"));
  return types;
}

TEST(JsonSchema, TypesAreThoseThatArePrinted) {
  std::set<std::string> described;
  const nlohmann::json all = definitions();
  for (const auto& [name, definition] : all.items()) {
    if (!name.starts_with("value_")) described.insert(name);
  }
  EXPECT_EQ(described, printed_types());
  EXPECT_GT(described.size(), 40u);
}

TEST(JsonSchema, WholeRefersToEachType) {
  std::set<std::string> named;
  const auto schema = nlohmann::json::parse(read(PORCHLIGHT_SCHEMA));
  for (const auto& one : schema.at("anyOf")) {
    named.insert(one.at("$ref").get<std::string>().substr(std::string("#/definitions/").size()));
  }
  EXPECT_EQ(named, printed_types());
}

/// Objects anywhere in `schema`, with where they are.
void collect_objects(const nlohmann::json& schema, const std::string& at,
                     std::map<std::string, nlohmann::json>& objects) {
  if (schema.is_object() && schema.contains("properties") && schema.contains("type")) {
    objects[at] = schema;
  }
  for (const auto& [key, value] : schema.items()) {
    if (value.is_structured()) collect_objects(value, at + "/" + key, objects);
  }
}

TEST(JsonSchema, ExplainsEveryFieldAndAllowsNoOther) {
  const auto all = definitions();
  std::map<std::string, nlohmann::json> objects;
  collect_objects(all, "", objects);
  EXPECT_GT(objects.size(), 50u);
  for (const auto& [at, object] : objects) {
    EXPECT_EQ(object.value("additionalProperties", true), false) << at;
    for (const auto& needed : object.at("required")) {
      EXPECT_TRUE(object["properties"].contains(needed.get<std::string>())) << at << needed;
    }
    for (const auto& [field, what] : object["properties"].items()) {
      if (field == "type" || field == "schema") continue;
      const std::string shared = what.value("$ref", "");
      const bool explained = what.contains("description") ||
                             (!shared.empty() && all.at(shared.substr(14)).contains("description"));
      EXPECT_TRUE(explained) << at << "/" << field;
      EXPECT_NE(sources().find('"' + field + '"'), std::string::npos) << at << "/" << field;
    }
  }
}

TEST(JsonSchema, RefersToNothingThatIsNotThere) {
  const std::string text = read(PORCHLIGHT_SCHEMA);
  const auto all = definitions();
  const std::regex reference(R"re("\$ref": "#/definitions/(\w+)")re");
  for (std::sregex_iterator it(text.begin(), text.end(), reference), end; it != end; ++it) {
    EXPECT_TRUE(all.contains((*it)[1].str())) << (*it)[1];
  }
}

TEST(JsonSchema, FaultNamesTheTypeAndTheField) {
  EXPECT_EQ(schema_fault(record_line("note", {{"text", "hi"}})), "");
  EXPECT_EQ(schema_fault(record_line("note", {{"text", "hi"}, {"more", 1}}))
                .find("note: '/more' breaks 'additionalProperties'"),
            0u);
  EXPECT_EQ(schema_fault(record_line("denied", {{"id", 7}})).find("denied: '/id' breaks 'type'"),
            0u);
  EXPECT_NE(schema_fault(record_line("denied", Json::object())), "");
  EXPECT_NE(schema_fault(record_line("gossip", {{"text", "hi"}})), "");
  EXPECT_NE(schema_fault(record_line("value_time", Json::object())), "");
  EXPECT_NE(schema_fault(R"({"type":"note","schema":2,"text":"hi"})"), "");
  EXPECT_NE(schema_fault("hi"), "");
}

TEST(JsonSchema, TimeIsOneOfRfc3339AndADayIsADay) {
  const auto sync = [](const char* expires, const char* kind) {
    return schema_fault(record_line("audience", {{"channel", "pickup"},
                                                 {"id", "4K7QA2BB"},
                                                 {"name", "Dan"},
                                                 {"kind", kind},
                                                 {"expires", expires}}));
  };
  EXPECT_EQ(sync("2026-11-23T20:02:00Z", "invite"), "");
  EXPECT_NE(sync("2026-11-23 20:02", "invite"), "");
  EXPECT_NE(sync("1795464120", "invite"), "");
  EXPECT_NE(sync("2026-11-23T20:02:00Z", "stranger"), "");
}

TEST(JsonSchema, MessageHasTheFieldsOfItsKind) {
  Json fields{{"group", "dispatch"},
              {"from", "Ana"},
              {"id", "00ff"},
              {"mine", false},
              {"standing", "stored"},
              {"sent", "2026-11-23T20:02:00Z"},
              {"received", "2026-11-23T20:02:00Z"},
              {"zone", ""},
              {"kind", "text"}};
  EXPECT_NE(schema_fault(record_line("message", fields)), "");
  fields["text"] = "hi";
  EXPECT_EQ(schema_fault(record_line("message", fields)), "");
  fields["kind"] = "verification";
  EXPECT_NE(schema_fault(record_line("message", fields)), "");
  fields["kind"] = "text";
  fields["channel"] = "pickup";
  EXPECT_NE(schema_fault(record_line("message", fields)), "") << "said in two places";
}

}  // namespace
}  // namespace porchlight::client
