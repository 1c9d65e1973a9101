#include "client/cli/alert_order.hpp"

#include "client/cli/show_alert.hpp"
#include "client/cli/terminal.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

constexpr const char* usual_answers = mark("on my way,can't");
constexpr const char* usual_urgency = "soon";

Result<wire::Urgency> parse_urgency(const std::string& text) {
  for (const auto urgency : {wire::URGENCY_NOW, wire::URGENCY_SOON, wire::URGENCY_INFORMATION}) {
    if (text == urgency_name(urgency)) return urgency;
  }
  return Error{Errc::usage,
               tr("An alert's urgency is now, soon or information. Nothing was sent.")};
}

/// "on my way, can't", without the spaces around each.
void add_answers(wire::Alert& alert, std::string_view list) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view answer = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (answer.starts_with(' ')) answer.remove_prefix(1);
    while (answer.ends_with(' ')) answer.remove_suffix(1);
    if (!answer.empty()) alert.add_answers(std::string(answer));
  }
}

Status add_deadline(wire::Body& body, const std::string& typed, TimePoint now) {
  wire::Alert& alert = *body.mutable_alert();
  if (typed.empty()) return Ok{};
  if (alert.answers().empty()) {
    return Error{
        Errc::usage,
        tr("--deadline says by when an answer is wanted: say with --ack which answers there "
           "are. Nothing was sent.")};
  }
  TRY(const TimePoint deadline, parse_deadline(typed, now));
  if (deadline <= now) {
    return Error{Errc::usage, say(tr("That deadline has passed: {}. Nothing was sent."),
                                  short_time(deadline, now))};
  }
  const TimePoint expiry = now + std::chrono::hours(body.lifetime_hours());
  if (deadline > expiry) {
    return Error{Errc::usage,
                 say(tr("That deadline, {0}, is after the alert goes from every device, {1}: let "
                        "it live longer with --expires. Nothing was sent."),
                     short_time(deadline, now), short_time(expiry, now))};
  }
  alert.set_deadline_minute(wire::unix_minute(deadline));
  return Ok{};
}

/// Lifetimes are whole hours.
Status add_lifetime(wire::Body& body, const std::string& typed) {
  body.set_lifetime_hours(limits::alert_lifetime_hours);
  if (typed.empty()) return Ok{};
  TRY(const auto span, parse_span(typed));
  body.set_lifetime_hours(
      static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::hours>(span).count()));
  return Ok{};
}

}  // namespace

Result<wire::Body> order_alert(const AlertOrder& order, TimePoint now) {
  wire::Body body;
  wire::Alert& alert = *body.mutable_alert();
  std::string text = order.words.size() == 2 ? order.words.back() : "";
  if (text == "-") {
    TRY(text, read_stdin(limits::alert_text_bytes_max));
    std::erase(text, '\r');  // lines from elsewhere may end in two characters
  }
  CHECK(add_wordings(*alert.mutable_wordings(), text, order.texts));
  TRY(const wire::Urgency urgency,
      parse_urgency(order.urgency.empty() ? usual_urgency : order.urgency));
  alert.set_urgency(urgency);
  add_answers(alert, order.answers.value_or(urgency == wire::URGENCY_NOW ? tr(usual_answers) : ""));
  CHECK(add_lifetime(body, order.expires));
  CHECK(add_deadline(body, order.deadline, now));
  return body;
}

Status check_again(const AlertOrder& order) {
  const bool bare = order.words.empty() && order.texts.empty() && order.sighting.empty() &&
                    order.urgency.empty() && !order.answers && order.deadline.empty() &&
                    order.expires.empty() && order.force.empty();
  if (bare) return Ok{};
  return Error{Errc::usage,
               tr("--again calls those who are silent, with the alert's own words and answers: it "
                  "takes nothing else. Nothing was sent.")};
}

Result<wire::Body> order_clear(wire::ClearKind kind, const std::string& text,
                               const std::vector<std::string>& texts) {
  wire::Body body;
  wire::AllClear& clear = *body.mutable_all_clear();
  clear.set_kind(kind);
  CHECK(add_wordings(*clear.mutable_wordings(), text, texts));
  if (kind == wire::CLEAR_CORRECTED && clear.wordings().empty()) {
    return Error{Errc::usage, tr("A correction says what is right. Nothing was sent: say it in a "
                                 "text beside --corrected.")};
  }
  return body;
}

void follow(wire::Body& clear, const AlertView& alert) {
  clear.mutable_all_clear()->set_alert(alert.id.str());
  clear.set_lifetime_hours(alert.message.body.lifetime_hours());
}

wire::Body order_recall(const AlertView& alert) {
  wire::Body body;
  body.mutable_recall()->set_alert(alert.id.str());
  body.set_lifetime_hours(alert.message.body.lifetime_hours());
  return body;
}

}  // namespace porchlight::client
