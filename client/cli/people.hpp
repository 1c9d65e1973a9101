// Whom and what a person means: names, groups, sightings by their short names.
// Must not know: the relay.
#pragma once

#include <string>

#include "client/core/core.hpp"

namespace porchlight::client {

/// `given`; where it is empty the name used last; else a person is asked. 'usage' when
/// nobody can be.
Result<std::string> my_name(const Core& core, const std::string& given);

/// The group meant by `name`; the only one there is where `name` is empty. 'not_found' and 'usage'
/// say which there are.
Result<GroupView> pick_group(const Core& core, const std::string& name);

/// How requests, invites and warnings are called on screen: "R-7QK", "I-7QK", "W-7QK"; and back
/// again, with or without the letter in front.
std::string request_name(const std::string& id);
std::string invite_name(const std::string& id);
std::string warning_name(const std::string& id);
std::string request_id(const std::string& typed);
std::string invite_id(const std::string& typed);
std::string warning_id(const std::string& typed);

struct FoundSighting {
  GroupView group;
  SightingView sighting;
};
/// On any group's board. 'not_found' when none has it or several do.
Result<FoundSighting> find_sighting(const Core& core, const std::string& short_id, TimePoint now);

}  // namespace porchlight::client
