// What programs print with --json, held against proto/output.schema.json.
#pragma once

#include <string>

namespace porchlight::e2e {

/// What is wrong with `line`, which is to be one object that the schema describes: its type, where
/// in it, and which of the schema's words it breaks. Empty where nothing is.
std::string schema_fault(const std::string& line);

enum class Lines { all, objects };

/// The same of each whole line in `text`, or of those alone that begin like an object. The faults,
/// each on a line of its own.
std::string schema_faults(const std::string& text, Lines which);

}  // namespace porchlight::e2e
