#include "tests/e2e/json_schema.hpp"

#include <rapidjson/document.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace porchlight::e2e {
namespace {

const rapidjson::Document& whole_schema() {
  static const rapidjson::Document schema = [] {
    std::ostringstream text;
    text << std::ifstream(PORCHLIGHT_SCHEMA).rdbuf();
    rapidjson::Document parsed;
    if (parsed.Parse(text.str().c_str()).HasParseError() || !parsed.IsObject()) {
      throw std::runtime_error("the schema is not JSON");
    }
    return parsed;
  }();
  return schema;
}

/// The schema of one type alone, so that a fault names the field rather than all the types that an
/// object is not. Null where there is none.
const rapidjson::SchemaDocument* schema_of(const std::string& type) {
  static std::map<std::string, rapidjson::SchemaDocument> known;
  if (const auto found = known.find(type); found != known.end()) return &found->second;
  const auto& definitions = whole_schema()["definitions"];
  if (type.starts_with("value_") || !definitions.HasMember(type.c_str())) return nullptr;
  rapidjson::Document one;
  one.CopyFrom(definitions[type.c_str()], one.GetAllocator());
  rapidjson::Value shared(definitions, one.GetAllocator());
  one.AddMember("definitions", shared, one.GetAllocator());
  return &known.emplace(type, rapidjson::SchemaDocument(one)).first->second;
}

template <class Pointer>
std::string text_of(const Pointer& pointer) {
  rapidjson::StringBuffer text;
  pointer.Stringify(text);
  return text.GetString();
}

}  // namespace

std::string schema_fault(const std::string& line) {
  rapidjson::Document object;
  if (object.Parse(line.c_str()).HasParseError() || !object.IsObject()) {
    return "not a JSON object: " + line;
  }
  const auto type = object.FindMember("type");
  if (type == object.MemberEnd() || !type->value.IsString()) return "without a type: " + line;
  const std::string name = type->value.GetString();
  const auto* const schema = schema_of(name);
  if (schema == nullptr) return "the schema has no type \"" + name + "\": " + line;
  rapidjson::SchemaValidator validator(*schema);
  if (object.Accept(validator)) return "";
  return name + ": '" + text_of(validator.GetInvalidDocumentPointer()) + "' breaks '" +
         validator.GetInvalidSchemaKeyword() + "' of '" +
         text_of(validator.GetInvalidSchemaPointer()) + "': " + line;
}

std::string schema_faults(const std::string& text, Lines which) {
  std::istringstream lines(text.substr(0, text.rfind('\n') + 1));  // the last may be a half one
  std::string faults;
  for (std::string line; std::getline(lines, line);) {
    if (which == Lines::objects && !line.starts_with("{")) continue;
    const std::string fault = schema_fault(line);
    if (!fault.empty()) faults += fault + "\n";
  }
  return faults;
}

}  // namespace porchlight::e2e
