// In which languages a person reads, and the texts of an alert in several of them.
// Must not know: alerts.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <span>
#include <string>
#include <vector>

#include "proto/base/result.hpp"
#include "proto/wire/body.pb.h"

namespace porchlight::client {

using Wordings = google::protobuf::RepeatedPtrField<wire::Wording>;

/// The languages this device is set to, best first, as wanted_languages() has them: "es_MX.UTF-8"
/// is "es-MX". None for "C" and where nothing is set.
std::vector<std::string> my_languages();

/// `plain`, where it is not empty, without a language; then each of `labelled`, which is LANG=TEXT.
/// 'usage' where one is not. Lengths and languages are not checked here.
Status add_wordings(Wordings& wordings, const std::string& plain,
                    std::span<const std::string> labelled);

/// The text in the first of `languages` that is there, safe to print; "[en] ..." says which it is
/// where none of them is there. Empty where there is no text.
std::string wording_text(const Wordings& wordings, std::span<const std::string> languages);

}  // namespace porchlight::client
