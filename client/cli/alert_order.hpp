// An alert as a person types it, and the body that it comes to.
// Must not know: channels, the vault, the relay.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proto/base/result.hpp"
#include "proto/wire/body.pb.h"
#include "proto/wire/time.hpp"

namespace porchlight::client {

struct AlertOrder {
  std::vector<std::string> words;  // the channel and the text; "-" stands for stdin
  std::vector<std::string> texts;  // LANG=TEXT
  std::string sighting;
  std::string urgency;                 // "soon" where nothing is said
  std::optional<std::string> answers;  // with commas between them
  std::string deadline;
  std::string expires;
  std::string force;
  std::string again;
};

/// Texts, urgency, answers, deadline and lifetime; not the sighting and how answers are spread.
/// 'usage' in words for a person. Lengths are not checked here.
Result<wire::Body> order_alert(const AlertOrder& order, wire::TimePoint now);
/// Of an order to call again, which goes with the alert's own words and answers: 'usage' where it
/// says anything more.
Status check_again(const AlertOrder& order);

}  // namespace porchlight::client
