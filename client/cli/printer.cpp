#include "client/cli/printer.hpp"

#include "client/cli/people.hpp"
#include "client/cli/show.hpp"
#include "client/cli/show_shift.hpp"
#include "client/cli/show_sighting.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/waiting.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

/// What changed about who is in; empty for everything else.
std::pair<const char*, std::string> change_of(const Notice& notice) {
  using Kind = Notice::Kind;
  if (notice.kind == Kind::group_joined) return {"joined", tr("you are in")};
  if (notice.kind == Kind::caught_up) return {"caught_up", tr("this device has caught up")};
  if (notice.kind == Kind::left) return {"left", tr("you have left")};
  if (notice.kind == Kind::removed) return {"removed", tr("a lead has taken you out")};
  if (notice.kind == Kind::channel_joined) return {"channel_joined", tr("you read it from now on")};
  const std::string name = one_line(notice.text);
  if (notice.kind == Kind::member_added) return {"member_added", say(tr("{} has joined"), name)};
  if (notice.kind == Kind::member_caught_up)
    return {"member_caught_up", say(tr("{} has caught up"), name)};
  if (notice.kind == Kind::member_removed)
    return {"member_removed", say(tr("{} was taken out"), name)};
  if (notice.kind == Kind::audience_added) {
    return {"audience_added", say(tr("{} is in the audience"), name)};
  }
  if (notice.kind == Kind::audience_removed) {
    return {"audience_removed", say(tr("{} was taken out of the audience"), name)};
  }
  return {};
}

bool is_about_somebody_else(const Notice& notice) {
  using Kind = Notice::Kind;
  return notice.kind == Kind::member_added || notice.kind == Kind::member_caught_up ||
         notice.kind == Kind::member_removed || notice.kind == Kind::audience_added ||
         notice.kind == Kind::audience_removed;
}

bool of_channel(const Notice& notice) {
  using Kind = Notice::Kind;
  return notice.kind == Kind::channel_joined || notice.kind == Kind::audience_added ||
         notice.kind == Kind::audience_removed;
}

/// What a person types of what a message is about; the message's own id where there is nothing.
std::string name_for_bridge(const Json& fields) {
  for (const char* named : {"sighting", "shift", "roll_call", "detention_notice"}) {
    if (fields.contains(named)) return fields[named];
  }
  return fields["id"];
}

std::string name_of(const Core& core, const std::optional<GroupId>& id) {
  for (const ChannelView& channel : core.channels()) {
    if (channel.id == id) return channel.name;
  }
  for (const GroupView& group : core.groups()) {
    if (group.id == id) return group.name;
  }
  return "";
}

}  // namespace

void Printer::begin(const Core& core) {
  for (const GroupView& group : core.groups()) begin_with(group.id, core.messages(group.id));
  for (const ChannelView& channel : core.channels()) {
    begin_with(channel.id, core.channel_messages(channel.id));
  }
  for (const RequestView& request : core.requests()) requests_.insert(request.id);
}

void Printer::begin_with(const GroupId& place, const std::vector<MessageView>& messages) {
  for (const MessageView& message : messages) {
    if (!since_ || message.received < *since_) shown_.insert({place, message.sender, message.id});
  }
}

bool Printer::print(Engine& engine) {
  const Core& core = engine.core();
  for (const Notice& notice : engine.take_notices()) tell(core, notice);
  for (const GroupView& group : core.groups()) {
    print_group(core, group);
    print_waiting(core, group);
  }
  for (const ChannelView& channel : core.channels()) print_channel(core, channel);
  for (const RequestView& request : core.requests()) print_request(request);
  print_missing(core);
  return context_.out().flush();
}

bool Printer::is_new(const GroupId& place, const MessageView& message) {
  if (message.standing == MessageView::Standing::queued) return false;
  return shown_.insert({place, message.sender, message.id}).second;
}

void Printer::print_missing(const Core& core) {
  const TimePoint now = context_.now();
  if (std::exchange(looked_minute_, wire::unix_minute(now)) == wire::unix_minute(now)) return;
  next_missing_.reset();
  for (const GroupView& group : core.groups()) {
    for (const ShiftView& shift : shifts_of(core, group.id, now).shifts) {
      if (now >= shift.end() + limits::check_in_patience) continue;
      for (const ShiftPerson* person : missing(shift, now)) {
        if (!missing_.insert({group.id, shift.id, person->who}).second) continue;
        const FoundShift found{group, shift};
        const Json fields = missing_json(found, *person);
        if (!person->mine) hand_over("not_checked_in", shift.short_id, "not_checked_in", fields);
        if (context_.out().json()) {
          context_.out().record("not_checked_in", fields);
        } else {
          context_.out().line(context_.out().tinted(
              Output::Tone::warning, short_time(now, now) + "  " + one_line(group.name) + "  " +
                                         missing_text(found, *person)));
        }
      }
      const auto next = next_missing(shift, now);
      if (next && (!next_missing_ || *next < *next_missing_)) next_missing_ = next;
    }
  }
}

void Printer::print_group(const Core& core, const GroupView& group) {
  std::optional<Board> board;  // only where something is new
  std::set<std::pair<std::uint32_t, std::string>> rules;
  for (const MessageView& message : core.messages(group.id)) {
    // Said again for who is new: everybody else knows them.
    const bool is_repeated =
        message.body.has_rules() &&
        !rules.emplace(message.body.rules().version(), message.body.rules().text()).second;
    if (!is_new(group.id, message) || is_repeated) continue;
    waiting_[group.id].is_stale = true;
    if (message.body.has_shift() || message.body.has_shift_act()) looked_minute_ = 0;
    if (!board) board = core.board(group.id, context_.now());
    const Json fields = message_json(message, group.name, *board);
    if (!message.mine) hand_over(fields["kind"], name_for_bridge(fields), "message", fields);
    if (context_.out().json()) {
      context_.out().record("message", fields);
    } else {
      context_.out().line(message_line(message, group.name, *board, context_.now()));
    }
  }
}

void Printer::print_waiting(const Core& core, const GroupView& group) {
  if (group.standing != GroupView::Standing::member) {
    waiting_.erase(group.id);  // nothing can be claimed
    return;
  }
  const TimePoint now = context_.now();
  Waiting& known = waiting_[group.id];
  if (!known.is_stale && (!known.next || *known.next > now)) return;
  const Board board = core.board(group.id, now);
  std::set<MessageId> told;
  for (const SightingView* sighting : waiting(board, now)) {
    told.insert(sighting->id);
    if (known.told.contains(sighting->id)) continue;
    Json fields = sighting_json(*sighting, group.name, board);
    add_delay(fields, *sighting, now);
    hand_over("unclaimed", sighting->short_id, "unclaimed", fields);
    if (context_.out().json()) {
      context_.out().record("unclaimed", std::move(fields));
    } else {
      const std::string line =
          say(tr("{0}  {1}  {2} has waited {3} min, nobody has it: porchlight sighting claim {2}"),
              short_time(now, now), one_line(group.name), sighting->short_id,
              minutes_waiting(*sighting, now));
      context_.out().line(context_.out().tinted(Output::Tone::warning, line));
    }
  }
  known = {std::move(told), next_waiting(board, now), false};
}

std::optional<TimePoint> Printer::look_again_at() const {
  std::optional<TimePoint> next = next_missing_;
  for (const auto& [group, waiting] : waiting_) {
    if (waiting.next && (!next || *waiting.next < *next)) next = waiting.next;
  }
  return next;
}

void Printer::print_channel(const Core& core, const ChannelView& channel) {
  std::optional<ChannelEye> eye;  // only where something is new
  for (const MessageView& message : core.channel_messages(channel.id)) {
    if (!is_new(channel.id, message)) continue;
    if (!eye) eye = look_at(core, channel, context_.now());
    print_said(message, *eye);
  }
}

void Printer::print_said(const MessageView& message, const ChannelEye& eye) {
  const std::string line = channel_line(message, eye);
  if (line.empty()) return;
  const Json fields = channel_message_json(message, eye);
  if (!message.mine) {
    hand_over(fields["kind"], fields.value("alert", fields["id"]), "message", fields);
  }
  if (context_.out().json()) return context_.out().record("message", fields);
  const bool alarming = eye.is_group() && is_alarming(message.voice);
  context_.out().line(alarming ? context_.out().tinted(Output::Tone::warning, line) : line);
}

void Printer::print_request(const RequestView& request) {
  if (!requests_.insert(request.id).second) return;
  const Json fields = request_json(request);
  hand_over("request", request_name(request.id), "request", fields);
  if (context_.out().json()) {
    context_.out().record("request", fields);
  } else {
    const char* const sentence = request.kind == RequestView::Kind::join
                                     ? tr("{0}  {1}  {2} asks to join: porchlight approve {3}")
                                     : tr("{0}  {1}  {2} asks to catch up: porchlight approve {3}");
    context_.out().line(say(sentence, short_time(request.received, context_.now()),
                            one_line(request.group_name), one_line(request.name),
                            request_name(request.id)));
  }
}

void Printer::hand_over(const std::string& kind, const std::string& id, std::string_view type,
                        const Json& fields) {
  if (bridge_ != nullptr) bridge_->hand_over(kind, id, record_line(type, fields));
}

void Printer::tell(const Core& core, const Notice& notice) {
  using Kind = Notice::Kind;
  if (const auto [type, words] = change_of(notice); type != nullptr) {
    const std::string group = name_of(core, notice.group);
    if (context_.out().json()) {
      Json fields{{of_channel(notice) ? "channel" : "group", group}};
      if (is_about_somebody_else(notice)) fields["name"] = notice.text;
      context_.out().record(type, fields);
    } else {
      context_.out().line(short_time(context_.now(), context_.now()) + "  " + one_line(group) +
                          "  " + words);
    }
    return;
  }
  if (notice.kind == Kind::warning) hand_over("warning", "", "warning", {{"text", notice.text}});
  if (notice.kind == Kind::refused) context_.out().warn(notice.text);
  context_.tell({notice});
}

}  // namespace porchlight::client
