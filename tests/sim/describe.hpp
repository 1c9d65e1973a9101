// Frames in a few words, for the trace.
#pragma once

#include <string>

#include "proto/wire/relay.pb.h"

namespace porchlight::sim {

std::string describe_request(const std::string& frame);
std::string describe_answer(const wire::Answer& answer);

}  // namespace porchlight::sim
