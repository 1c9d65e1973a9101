// What kinds and standings are called on screen and in JSON.
#include "client/cli/show.hpp"
#include "client/cli/show_channel.hpp"

namespace porchlight::client {

std::string role_name(wire::Role role) {
  switch (role) {
    case wire::ROLE_MEMBER:
      return "member";
    case wire::ROLE_LEAD:
      return "lead";
    case wire::ROLE_AUDIENCE:
      return "audience";
    default:
      return "unknown";
  }
}

Result<wire::Role> parse_role(const std::string& text) {
  if (text == "member") return wire::ROLE_MEMBER;
  if (text == "lead") return wire::ROLE_LEAD;
  return Error{Errc::usage, "A role is member or lead."};
}

const char* standing_name(MessageView::Standing standing) {
  return standing == MessageView::Standing::queued ? "queued" : "stored";
}

const char* standing_name(SightingView::Standing standing) {
  switch (standing) {
    case SightingView::Standing::open:
      return "open";
    case SightingView::Standing::claimed:
      return "claimed";
    case SightingView::Standing::confirmed:
      return "confirmed";
    case SightingView::Standing::dismissed:
      return "dismissed";
    case SightingView::Standing::closed:
      return "closed";
  }
  return "unknown";
}

const char* standing_name(InviteView::Standing standing) {
  switch (standing) {
    case InviteView::Standing::open:
      return "open";
    case InviteView::Standing::requested:
      return "requested";
    case InviteView::Standing::joined:
      return "joined";
    case InviteView::Standing::expired:
      return "expired";
    case InviteView::Standing::revoked:
      return "revoked";
  }
  return "unknown";
}

const char* standing_name(GroupView::Standing standing) {
  switch (standing) {
    case GroupView::Standing::asking:
      return "asking";
    case GroupView::Standing::member:
      return "member";
    case GroupView::Standing::behind:
      return "behind";
    case GroupView::Standing::leaving:
      return "leaving";
    case GroupView::Standing::halted:
      return "halted";
    case GroupView::Standing::removed:
      return "removed";
  }
  return "unknown";
}

const char* standing_name(ChannelView::Standing standing) {
  switch (standing) {
    case ChannelView::Standing::reading:
      return "reading";
    case ChannelView::Standing::entering:
      return "entering";
    case ChannelView::Standing::behind:
      return "behind";
    case ChannelView::Standing::halted:
      return "halted";
    case ChannelView::Standing::over:
      return "over";
  }
  return "unknown";
}

const char* urgency_name(wire::Urgency urgency) {
  switch (urgency) {
    case wire::URGENCY_NOW:
      return "now";
    case wire::URGENCY_SOON:
      return "soon";
    case wire::URGENCY_INFORMATION:
      return "information";
    default:
      return "unknown";
  }
}

const char* clear_name(wire::ClearKind kind) {
  switch (kind) {
    case wire::CLEAR_LEFT:
      return "left";
    case wire::CLEAR_FALSE_ALARM:
      return "false-alarm";
    case wire::CLEAR_EXPIRED:
      return "expired";
    case wire::CLEAR_CORRECTED:
      return "corrected";
    default:
      return "unknown";
  }
}

const char* outcome_name(wire::OutcomeKind kind) {
  switch (kind) {
    case wire::OUTCOME_CONFIRMED:
      return "confirmed";
    case wire::OUTCOME_NOT_ENFORCEMENT:
      return "not-enforcement";
    case wire::OUTCOME_GONE:
      return "gone";
    case wire::OUTCOME_UNVERIFIABLE:
      return "unverifiable";
    case wire::OUTCOME_DUPLICATE:
      return "duplicate";
    default:
      return "unknown";
  }
}

const char* kind_name(RequestView::Kind kind) {
  return kind == RequestView::Kind::join ? "join" : "catch_up";
}

const char* wish_of(RequestView::Kind kind) {
  return kind == RequestView::Kind::join ? "asks to join" : "asks to catch up";
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
