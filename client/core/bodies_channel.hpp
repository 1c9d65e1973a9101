// Limits of what is said in channels and about them (clause 14): alerts and their answers, and what
// goes between the devices of the group that a channel belongs to.
// Must not know: channels' state; what a signed part means.
#pragma once

#include "proto/base/result.hpp"
#include "proto/wire/body.pb.h"

namespace porchlight::client {

/// An alert, an answer, an all-clear, a recall, or that an alert was forced.
bool is_about_alerts(const wire::Body& body);

/// Keys, and who is in an audience: never shown.
bool is_between_devices_of_a_channel(const wire::Body& body);

/// 'usage' in words for a person where a body of one of these kinds is outside its limits, and for
/// every other kind.
Status check_channel_body(const wire::Body& body);

}  // namespace porchlight::client
