// join: from a link to a group, to a channel, or to the relay itself.
#include <unistd.h>

#include <iostream>

#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/show.hpp"
#include "client/cli/terminal.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

constexpr std::size_t pasted_bytes_max = 4096;

struct JoinOptions {
  std::string link;
  std::string name;
  bool wait = false;
};

/// A pasted link ends with its line; one that a mail program broke ends when it is whole.
Result<wire::Link> paste_link(Context& context) {
  context.out().say(tr("Paste the link, then press Enter:"));
  std::string text;
  std::string line;
  while (text.size() < pasted_bytes_max && std::getline(std::cin, line)) {
    text += line;
    auto link = wire::Link::parse(text);
    if (link.ok() || line.empty()) return link;
  }
  return wire::Link::parse(text);
}

Result<wire::Link> read_link(Context& context, const std::string& given) {
  if (given != "-") return wire::Link::parse(given);
  if (isatty(STDIN_FILENO) == 1) return paste_link(context);
  TRY(const std::string text, read_stdin(pasted_bytes_max));
  return wire::Link::parse(text);
}

Result<std::unique_ptr<Engine>> take_link(Context& context, const JoinOptions& options) {
  if (options.link.empty()) return context.open();
  TRY(const wire::Link link, read_link(context, options.link));
  TRY(auto engine, context.open_or_create(link.relay));
  CHECK(engine->core().follow(link, context.now()));
  CHECK(engine->keep());
  return engine;
}

/// The parcel did not come.
Error without_offer(const Core& core, const SyncReport& report) {
  if (auto refused = core.offer_refused()) return *refused;
  if (!report.trouble) {
    for (const GroupView& group : core.groups()) {
      if (group.standing != GroupView::Standing::asking) continue;
      return {Errc::not_found, say(tr("There is no other invite in hand. You asked to join \"{}\" "
                                      "already; porchlight sync shows when that is approved."),
                                   group.name)};
    }
    return {Errc::not_found, tr("There is no invite in hand: porchlight join LINK.")};
  }
  Error error = *report.trouble;
  error.what = sentences(
      error.what, tr("The invite is kept: porchlight join, without a link, goes on with it."));
  return error;
}

bool is_member(const Core& core, const std::string& group) {
  const auto view = core.group(group);
  return view.ok() && view->standing == GroupView::Standing::member;
}

Json describe(const Offer& offer, const std::optional<SafetyWords>& words) {
  Json fields{{"from_operator", offer.from_operator}};
  if (offer.from_operator) return fields;
  const bool audience = offer.role == wire::ROLE_AUDIENCE;
  fields[audience ? "channel" : "group"] = offer.group_name;
  if (!audience) fields["inviter"] = offer.inviter_name;
  fields["role"] = role_name(offer.role);
  if (words) fields["words"] = words_json(*words);
  return fields;
}

void show_asked(Output& out, const Offer& offer, const SafetyWords& words) {
  const std::string inviter = one_line(offer.inviter_name);
  out.line(say(tr("Asked to join \"{0}\" as {1}."), one_line(offer.group_name),
               tr(role_name(offer.role))));
  out.line(say(tr("Safety words  {}"), words_text(words)));
  out.say(say(tr("Compare the words with {}, who sees the same six if nobody is in between, and "
                 "has\nto approve you. porchlight sync shows when that is done."),
              inviter));
}

/// Nobody has to let in whoever comes into an audience.
void show_reading(Output& out, const Offer& offer, const std::optional<SafetyWords>& words) {
  const std::string name = one_line(offer.group_name);
  out.line(say(tr("Joined \"{}\" (audience). Reading now."), name));
  if (words) {
    out.line(say(tr("Safety words  {}   compare them with the person who invited you"),
                 words_text(*words)));
  }
  out.say(
      say(tr("The group behind \"{}\" sees your name and what you answer; nobody else in the "
             "audience does.\nNext  porchlight alert list, or porchlight listen to stay connected"),
          name));
}

void show_accepted(Output& out, const Offer& offer, const std::optional<SafetyWords>& words) {
  if (out.json()) return out.record("join", describe(offer, words));
  if (offer.role == wire::ROLE_AUDIENCE) return show_reading(out, offer, words);
  if (words) return show_asked(out, offer, *words);
  out.line(tr("You can use this relay now."));
  if (offer.from_operator) return out.say(tr("Next  porchlight group create NAME"));
  out.say(say(tr("You are in \"{}\" already: only what the invite has for the relay was taken."),
              one_line(offer.group_name)));
}

/// Until the group is there. True then; false when the person did not want to wait any longer.
Result<bool> wait_for(Engine& engine, Output& out, const std::string& group) {
  out.say(tr("Waiting for approval; Ctrl-C stops the waiting, not the request."));
  ListenCallbacks callbacks;
  callbacks.on_connected = [] {};
  callbacks.on_disconnected = [&](const Error& why, std::chrono::milliseconds) {
    out.warn(why.what);
  };
  callbacks.on_change = [&] { return !is_member(engine.core(), group); };
  const StopSignals signals;
  TRY(const ListenEnd end, engine.listen(callbacks, signals, nullptr));
  return end == ListenEnd::finished;
}

Result<ExitCode> wait_in(Context& context, Engine& engine, const Offer& offer) {
  TRY(const bool joined, wait_for(engine, context.out(), offer.group_name));
  auto notices = engine.take_notices();
  std::erase_if(notices, [](const Notice& n) { return n.kind == Notice::Kind::group_joined; });
  context.tell(notices);
  if (!joined) return ExitCode::done;
  if (context.out().json()) {
    context.out().record("joined", {{"group", offer.group_name}});
  } else {
    context.out().line(
        say(tr("Joined \"{0}\" ({1})."), one_line(offer.group_name), tr(role_name(offer.role))));
  }
  return ExitCode::done;
}

std::string invited_text(const Offer& offer, TimePoint now) {
  const bool by_channel = offer.inviter_name.empty();
  return say(by_channel ? tr("Invited to \"{0}\" as {1}, until {3}.")
                        : tr("Invited to \"{0}\" as {1} by {2}, until {3}."),
             one_line(offer.group_name), tr(role_name(offer.role)), one_line(offer.inviter_name),
             short_time(offer.expires, now));
}

Result<ExitCode> run_join(Context& context, const JoinOptions& options) {
  TRY(const auto engine, take_link(context, options));
  TRY(const SyncReport fetched, context.sync(*engine));
  const auto offer = engine->core().offer();
  if (!offer) return without_offer(engine->core(), fetched);
  if (!offer->from_operator) context.out().say(invited_text(*offer, context.now()));
  std::string name = options.name;
  if (!offer->from_operator) {
    TRY(name, my_name(engine->core(), options.name));
  }
  TRY(const auto words, engine->core().accept_offer(name, context.now()));
  TRY(const SyncReport sent, context.sync(*engine));
  // Of an event, others may have taken all of it in between; the sync has said so.
  if (engine->core().offer_refused()) return ExitCode::not_found;
  show_accepted(context.out(), *offer, words);
  const ExitCode end = context.end_of_sending(*engine, sent);
  const bool let_in = offer->from_operator || offer->role == wire::ROLE_AUDIENCE;
  if (!options.wait || let_in || end == ExitCode::security) return end;
  return wait_in(context, *engine, *offer);
}

}  // namespace

Action define_join(CLI::App& app) {
  auto options = std::make_shared<JoinOptions>();
  app.add_option("link", options->link, tr("The link; - reads it from stdin"))
      ->type_name(tr("LINK"));
  app.add_option("--name", options->name, tr("Your name, as the others will see it"));
  app.add_flag("--wait", options->wait, tr("Stay until you are approved"));
  return [options](Context& context) { return run_join(context, *options); };
}

}  // namespace porchlight::client
