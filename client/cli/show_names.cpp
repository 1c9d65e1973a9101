// What kinds and standings are called on screen and in JSON.
#include "client/cli/show.hpp"
#include "client/cli/show_channel.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {

const char* role_name(wire::Role role) {
  switch (role) {
    case wire::ROLE_MEMBER:
      return mark("member");
    case wire::ROLE_LEAD:
      return mark("lead");
    case wire::ROLE_AUDIENCE:
      return mark("audience");
    default:
      return mark("unknown");
  }
}

Result<wire::Role> parse_role(const std::string& text) {
  if (text == "member") return wire::ROLE_MEMBER;
  if (text == "lead") return wire::ROLE_LEAD;
  return Error{Errc::usage, tr("A role is member or lead.")};
}

const char* standing_name(MessageView::Standing standing) {
  return standing == MessageView::Standing::queued ? mark("queued") : mark("stored");
}

const char* standing_name(SightingView::Standing standing) {
  switch (standing) {
    case SightingView::Standing::open:
      return mark("open");
    case SightingView::Standing::claimed:
      return mark("claimed");
    case SightingView::Standing::confirmed:
      return mark("confirmed");
    case SightingView::Standing::dismissed:
      return mark("dismissed");
    case SightingView::Standing::closed:
      return mark("closed");
  }
  return mark("unknown");
}

const char* standing_name(InviteView::Standing standing) {
  switch (standing) {
    case InviteView::Standing::open:
      return mark("open");
    case InviteView::Standing::requested:
      return mark("requested");
    case InviteView::Standing::joined:
      return mark("joined");
    case InviteView::Standing::expired:
      return mark("expired");
    case InviteView::Standing::revoked:
      return mark("revoked");
  }
  return mark("unknown");
}

const char* standing_name(GroupView::Standing standing) {
  switch (standing) {
    case GroupView::Standing::asking:
      return mark("asking");
    case GroupView::Standing::member:
      return mark("member");
    case GroupView::Standing::behind:
      return mark("behind");
    case GroupView::Standing::leaving:
      return mark("leaving");
    case GroupView::Standing::halted:
      return mark("halted");
    case GroupView::Standing::removed:
      return mark("removed");
  }
  return mark("unknown");
}

const char* standing_name(ChannelView::Standing standing) {
  switch (standing) {
    case ChannelView::Standing::reading:
      return mark("reading");
    case ChannelView::Standing::entering:
      return mark("entering");
    case ChannelView::Standing::behind:
      return mark("behind");
    case ChannelView::Standing::halted:
      return mark("halted");
    case ChannelView::Standing::over:
      return mark("over");
  }
  return mark("unknown");
}

const char* urgency_name(wire::Urgency urgency) {
  switch (urgency) {
    case wire::URGENCY_NOW:
      return mark("now");
    case wire::URGENCY_SOON:
      return mark("soon");
    case wire::URGENCY_INFORMATION:
      return mark("information");
    default:
      return mark("unknown");
  }
}

const char* clear_name(wire::ClearKind kind) {
  switch (kind) {
    case wire::CLEAR_LEFT:
      return mark("left");
    case wire::CLEAR_FALSE_ALARM:
      return mark("false-alarm");
    case wire::CLEAR_EXPIRED:
      return mark("expired");
    case wire::CLEAR_CORRECTED:
      return mark("corrected");
    default:
      return mark("unknown");
  }
}

const char* outcome_name(wire::OutcomeKind kind) {
  switch (kind) {
    case wire::OUTCOME_CONFIRMED:
      return mark("confirmed");
    case wire::OUTCOME_NOT_ENFORCEMENT:
      return mark("not-enforcement");
    case wire::OUTCOME_GONE:
      return mark("gone");
    case wire::OUTCOME_UNVERIFIABLE:
      return mark("unverifiable");
    case wire::OUTCOME_DUPLICATE:
      return mark("duplicate");
    default:
      return mark("unknown");
  }
}

const char* kind_name(RequestView::Kind kind) {
  return kind == RequestView::Kind::join ? "join" : "catch_up";
}

const char* kind_name(WarningView::Kind kind) {
  switch (kind) {
    case WarningView::Kind::missing_message:
      return "missing_message";
    case WarningView::Kind::two_versions:
      return "two_versions";
    case WarningView::Kind::unknown_epoch:
      return "unknown_epoch";
    case WarningView::Kind::keys_differ:
      return "keys_differ";
    case WarningView::Kind::foreign_epoch:
      return "foreign_epoch";
    case WarningView::Kind::clock:
      return "clock";
    case WarningView::Kind::token_refused:
      return "token_refused";
    case WarningView::Kind::left_behind:
      return "left_behind";
    case WarningView::Kind::restored:
      return "restored";
    case WarningView::Kind::invite_reused:
      return "invite_reused";
    case WarningView::Kind::update_needed:
      return "update_needed";
    case WarningView::Kind::removal_lost:
      return "removal_lost";
    case WarningView::Kind::account_lost:
      return "account_lost";
    case WarningView::Kind::unattributed:
      return "unattributed";
    case WarningView::Kind::taken_over:
      return "taken_over";
    case WarningView::Kind::keys_run_out:
      return "keys_run_out";
  }
  return "unknown";
}

}  // namespace porchlight::client
