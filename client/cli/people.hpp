// Whom and what a person means: names, groups, sightings by their short names.
// Must not know: the relay.
#pragma once

#include <string>

#include "client/core/core.hpp"

namespace porchlight::client {

/// `given`; where it is empty the name used in another group; else a person is asked. 'usage' when
/// nobody can be.
Result<std::string> my_name(const Core& core, const std::string& given);

/// The group meant by `name`; the only one there is where `name` is empty. 'not_found' and 'usage'
/// say which there are.
Result<GroupView> pick_group(const Core& core, const std::string& name);

struct FoundSighting {
  GroupView group;
  SightingView sighting;
};
/// On any group's board. 'not_found' when none has it or several do.
Result<FoundSighting> find_sighting(const Core& core, const std::string& short_id, TimePoint now);

}  // namespace porchlight::client
