// What `watch` shows, copied out of the core at one moment: it stays on the screen while another
// command has the vault. Must not know: terminals, how it is shown.
#pragma once

#include <map>

#include "client/cli/roll_calls.hpp"
#include "client/cli/show_alert.hpp"
#include "client/core/rules.hpp"
#include "client/core/shifts.hpp"

namespace porchlight::client {

/// How the connection stands.
struct RelayState {
  bool up = false;
  bool tried = false;                    // the first try has come to an end
  TimePoint since;                       // when that began
  std::optional<TimePoint> last_synced;  // when everything was last known to be here
  std::string why;                       // it is not up
};

struct WatchFacts {
  struct Group {
    GroupView view;
    std::vector<MessageView> messages;  // that live
    Board board;
    struct Call {
      FoundCall found;
      RollCallCount count;
    };
    std::vector<Call> calls = {};  // oldest first
    ShiftBoard shifts = {};
    std::optional<RulesView> rules_to_accept = {};  // before this member claims anything
  };
  struct Channel {
    ChannelEye eye;
    std::vector<MessageView> messages;
    std::map<MessageId, AlertCount> counts;  // for the group, of alerts that ask and are not over
  };

  TimePoint now;
  RelayState relay;
  std::vector<Group> groups;  // that this member is in
  std::vector<Channel> channels;
  std::vector<RequestView> requests;
  std::vector<WarningView> warnings;
  std::uint32_t queued = 0;
};

/// `relay` is not filled in.
WatchFacts look_around(const Core& core, TimePoint now);

}  // namespace porchlight::client
