#include "client/cli/people.hpp"

#include <cctype>

#include "client/cli/terminal.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

/// `typed` without "X-" in front, in either case.
std::string without(char letter, const std::string& typed) {
  const bool has = typed.size() > 2 &&
                   std::toupper(static_cast<unsigned char>(typed[0])) == letter && typed[1] == '-';
  return has ? typed.substr(2) : typed;
}

}  // namespace

std::string request_name(const std::string& id) { return "R-" + id; }
std::string invite_name(const std::string& id) { return "I-" + id; }
std::string warning_name(const std::string& id) { return "W-" + id; }
std::string request_id(const std::string& typed) { return without('R', typed); }
std::string invite_id(const std::string& typed) { return without('I', typed); }
std::string warning_id(const std::string& typed) { return without('W', typed); }

Result<std::string> my_name(const Core& core, const std::string& given) {
  if (!given.empty()) return given;
  if (!core.my_name().empty()) return core.my_name();
  if (!can_ask()) {
    return Error{Errc::usage, tr("Say with --name NAME what the others are to call you.")};
  }
  return ask(tr("Your name, as the others will see it: "));
}

Result<GroupView> pick_group(const Core& core, const std::string& name) {
  if (!name.empty()) return core.group(name);
  auto groups = core.groups();
  if (groups.size() > 1) {
    std::erase_if(groups, [](const GroupView& group) {
      return group.standing == GroupView::Standing::removed;
    });
  }
  if (groups.size() == 1) return groups.front();
  if (groups.empty()) {
    return Error{
        Errc::not_found,
        tr("This member is in no group yet: follow an invite with porchlight join LINK, or "
           "make one with porchlight group create NAME.")};
  }
  std::string names;
  for (const GroupView& group : groups) names += (names.empty() ? "" : ", ") + group.name;
  return Error{Errc::usage, say(tr("Say which group: {}."), names)};
}

Result<FoundSighting> find_sighting(const Core& core, const std::string& short_id, TimePoint now) {
  std::vector<FoundSighting> found;
  for (const GroupView& group : core.groups()) {
    const Board board = core.board(group.id, now);
    if (const SightingView* sighting = board.find(short_id)) found.push_back({group, *sighting});
  }
  if (found.size() == 1) return std::move(found.front());
  if (found.empty()) {
    return Error{
        Errc::not_found,
        say(tr("There is no sighting {} here: porchlight sighting list shows those there are."),
            short_id)};
  }
  return Error{Errc::not_found,
               say(tr("More than one sighting is called {}: write more letters of it."), short_id)};
}

}  // namespace porchlight::client
