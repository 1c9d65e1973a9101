#include "client/cli/show_detention.hpp"

#include "client/cli/show.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/short_name.hpp"
#include "proto/base/encoding.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

constexpr std::array attorneys = {wire::ATTORNEY_UNKNOWN, wire::ATTORNEY_WANTED,
                                  wire::ATTORNEY_FOUND, wire::ATTORNEY_NOT_WANTED};

TimePoint from_minute(std::uint64_t minute) {
  return TimePoint(std::chrono::minutes(static_cast<std::int64_t>(minute)));
}

std::string called(const wire::Body& body) {
  const auto id = notice_of(body);
  return id ? "N-" + short_name(id->view(), short_name_chars_min) : tr("an unknown notice");
}

}  // namespace

const char* attorney_name(wire::Attorney attorney) {
  switch (attorney) {
    case wire::ATTORNEY_WANTED:
      return mark("wanted");
    case wire::ATTORNEY_FOUND:
      return mark("found");
    case wire::ATTORNEY_NOT_WANTED:
      return mark("not-wanted");
    default:
      return mark("unknown");
  }
}

Result<wire::Attorney> parse_attorney(const std::string& typed) {
  for (const wire::Attorney attorney : attorneys) {
    if (typed == attorney_name(attorney)) return attorney;
  }
  return Error{Errc::usage, say(tr("An attorney is unknown, wanted, found or not-wanted, not "
                                   "\"{0}\". Nothing was posted."),
                                one_line(typed))};
}

std::string detention_text(const MessageView& message, TimePoint now) {
  const wire::DetentionNotice& notice = message.body.detention_notice();
  std::string row = say(tr("detention notice {0}"), called(message.body));
  const auto add = [&](const std::string& part) {
    if (!part.empty()) row += " · " + part;
  };
  add(one_line(notice.place()));
  if (notice.minute() != 0) add(short_time(from_minute(notice.minute()), now));
  add(one_line(notice.agency()));
  add(say(tr("attorney {0}"), tr(attorney_name(notice.attorney()))));
  add(one_line(notice.note()));
  return row;
}

std::string earlier_text(const MessageView& message, TimePoint now) {
  const wire::DetentionNotice& notice = message.body.detention_notice();
  std::string row = say(tr("kept beside it, said {0} by {1}: {2}"), short_time(message.sent, now),
                        one_line(message.sender_name), detention_text(message, now));
  for (const std::string& named : {notice.name(), notice.contact()}) {
    if (!named.empty()) row += " · " + one_line(named);
  }
  return row;
}

void add_detention(Json& fields, const wire::Body& body) {
  const wire::DetentionNotice& notice = body.detention_notice();
  fields["kind"] = "detention_notice";
  fields["detention_notice"] = called(body);
  fields["place"] = notice.place();
  if (notice.minute() != 0) fields["time"] = rfc3339(from_minute(notice.minute()));
  fields["agency"] = notice.agency();
  fields["attorney"] = attorney_name(notice.attorney());
  fields["note"] = notice.note();
  fields["purge_day"] = day_text(notice.purge_day());
}

std::string holder_of(const wire::DetentionNotice& notice, const GroupView& group) {
  if (notice.holder().empty()) return "";
  for (const MemberView& member : group.members) {
    if (member.identity.str() == notice.holder()) return member.name;
  }
  return tr("somebody who is not in the group");
}

Json notice_json(const NoticeView& view, const GroupView& group) {
  const wire::DetentionNotice& notice = view.message.body.detention_notice();
  Json fields{{"id", hex_encode(view.id.view())},
              {"group", group.name},
              {"from", view.message.sender_name},
              {"mine", view.message.mine},
              {"sent", rfc3339(view.message.sent)},
              {"stored", view.message.standing == MessageView::Standing::stored}};
  add_detention(fields, view.message.body);
  fields.erase("kind");
  fields["detention_notice"] = view.short_id;
  fields["consent"] = notice.consent();
  fields["name"] = notice.name();
  fields["contact"] = notice.contact();
  fields["holder"] = holder_of(notice, group);
  Json earlier = Json::array();
  for (const MessageView& message : view.earlier) {
    earlier.push_back(notice_json({view.id, view.short_id, message, {}}, group));
  }
  if (!earlier.empty()) fields["earlier"] = std::move(earlier);
  return fields;
}

}  // namespace porchlight::client
