// An alert as a person types it, what follows one, and the bodies that these come to.
// Must not know: channels' state, the vault, the relay.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/core/alerts.hpp"
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

/// `text` and `texts` as an alert's; a correction has one of them, 'usage' otherwise.
Result<wire::Body> order_clear(wire::ClearKind kind, const std::string& text,
                               const std::vector<std::string>& texts);
/// Which alert such a body is about: it lives as long as that one.
void follow(wire::Body& clear, const AlertView& alert);
/// Those who have not answered are called again.
wire::Body order_recall(const AlertView& alert);

}  // namespace porchlight::client
