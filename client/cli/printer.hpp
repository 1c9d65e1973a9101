// What listen prints: each message, request and change once, as it comes.
// Must not know: how it came.
#pragma once

#include <map>
#include <set>

#include "client/cli/bridge.hpp"
#include "client/cli/context.hpp"
#include "client/cli/show_channel.hpp"

namespace porchlight::client {

/// Prints what was not printed yet. It looks at what is held rather than at notices: what another
/// command fetched, while this one had stepped aside, is new to whoever reads here too.
class Printer {
 public:
  /// `bridge` may be null; what is there outlives the printer.
  Printer(Context& context, std::optional<TimePoint> since, Bridge* bridge)
      : context_(context), since_(since), bridge_(bridge) {}

  /// What was there before listening counts as shown, but for what is asked for with `since`.
  void begin(const Core& core);
  /// False when nobody reads any more.
  bool print(Engine& engine);
  /// When print() has something to say though nothing came: that a sighting waits, or
  /// that somebody has not checked in.
  std::optional<TimePoint> look_again_at() const;

 private:
  void begin_with(const GroupId& place, const std::vector<MessageView>& messages);
  /// One's own is new when it is stored: until then it may still change its place.
  bool is_new(const GroupId& place, const MessageView& message);
  /// Who has not checked in on a shift that is under way: once each, looked at once a minute.
  void print_missing(const Core& core);
  void print_group(const Core& core, const GroupView& group);
  /// Each that begins to wait, once; again where it was claimed meanwhile and let go.
  void print_waiting(const Core& core, const GroupView& group);
  void print_channel(const Core& core, const ChannelView& channel);
  void print_said(const MessageView& message, const ChannelEye& eye);
  void print_request(const RequestView& request);
  void tell(const Core& core, const Notice& notice);
  /// A record of `type`; what somebody said themselves is no news to them.
  void hand_over(const std::string& kind, const std::string& id, std::string_view type,
                 const Json& fields);

  Context& context_;
  std::optional<TimePoint> since_;
  Bridge* bridge_;
  std::set<std::tuple<GroupId, VerifyKey, MessageId>> shown_;  // of groups and channels
  std::set<std::string> requests_;
  struct Waiting {
    std::set<MessageId> told;
    std::optional<TimePoint> next;
    bool is_stale = true;  // something came since it was looked at
  };
  std::map<GroupId, Waiting> waiting_;
  std::set<std::tuple<GroupId, MessageId, VerifyKey>> missing_;  // who was said to be
  std::uint64_t looked_minute_ = 0;
  std::optional<TimePoint> next_missing_;
};

}  // namespace porchlight::client
