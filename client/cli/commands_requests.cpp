// requests, approve, deny.
#include <map>

#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/show.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/limits.hpp"

namespace porchlight::client {
namespace {

Json request_json(const RequestView& request) {
  return {{"id", request_name(request.id)},        {"name", request.name},
          {"kind", kind_name(request.kind)},       {"invited_as", request.invited_as},
          {"group", request.group_name},           {"received", rfc3339(request.received)},
          {"words", words_json(request.words)},    {"invite_uses", request.invite_uses},
          {"invite_number", request.invite_number}};
}

/// " (no. 7 of 40)" at an event.
std::string number_text(const RequestView& request) {
  if (request.invite_uses == 1) return "";
  return " (no. " + std::to_string(request.invite_number) + " of " +
         std::to_string(request.invite_uses) + ")";
}

std::string request_title(const RequestView& request) {
  return one_line(request.name) + " (" + request_name(request.id) + ")";
}

Result<ExitCode> run_requests(Context& context) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  const auto requests = engine->core().requests();
  for (const RequestView& request : requests) {
    if (context.out().json()) {
      context.out().record("request", request_json(request));
      continue;
    }
    const bool joins = request.kind == RequestView::Kind::join;
    context.out().line(
        request_name(request.id) + "  " + one_line(request.name) + " " + wish_of(request.kind) +
        (joins ? " \"" : " with \"") + one_line(request.group_name) + "\"; " +
        (joins ? "the invite was for " + one_line(request.invited_as) + number_text(request)
               : "ask in person: whoever has their device could ask as well") +
        "; " + short_time(request.received, context.now()));
    context.out().line("       safety words  " + words_text(request.words));
  }
  if (!context.out().json()) {
    context.out().say(requests.empty() ? "Nobody asks for anything."
                                       : "Compare the words, then: porchlight approve ID");
  }
  return context.end_of_reading(report);
}

// ---- approve and deny -----------------------------------------------------------------------

struct ApproveOptions {
  std::vector<std::string> ids;
  bool all = false;
};

/// What was asked before and is not any more: an id may be typed short, or in small letters.
std::vector<RequestView> answered(std::vector<RequestView> before, const Core& core) {
  for (const RequestView& still : core.requests()) {
    std::erase_if(before, [&](const RequestView& request) { return request.id == still.id; });
  }
  return before;
}

/// One change to a group takes only so many.
void say_in_how_many(Output& out, const std::vector<RequestView>& approved) {
  std::map<std::string, std::size_t> counts;
  for (const RequestView& request : approved) ++counts[request.group_name];
  constexpr std::size_t most = limits::epoch_operations_max;
  for (const auto& [group, count] : counts) {
    if (count <= most) continue;
    out.say("They come into \"" + one_line(group) + "\" with " +
            std::to_string((count + most - 1) / most) + " changes, " + std::to_string(most) +
            " people with each.");
  }
}

Result<ExitCode> run_approve(Context& context, const ApproveOptions& options) {
  if (options.ids.empty() != options.all) {
    return Error{Errc::usage, "Say whom: one ID or more of porchlight requests, or --all."};
  }
  TRY(const auto engine, context.open());
  Core& core = engine->core();
  // The requests that are at the relay but not here yet are meant too.
  TRY(const SyncReport fetched, context.sync(*engine));
  std::vector<std::string> ids;
  for (const std::string& typed : options.ids) ids.push_back(request_id(typed));
  if (options.all) {
    for (const RequestView& request : core.requests()) ids.push_back(request.id);
  }
  if (ids.empty()) {
    context.out().say("Nobody asks for anything.");
    return context.end_of_reading(fetched);
  }
  const auto before = core.requests();
  CHECK(core.approve(ids, context.now()));
  const auto approved = answered(before, core);
  TRY(const SyncReport report, context.sync(*engine));
  for (const RequestView& request : approved) {
    if (context.out().json()) {
      context.out().record("approved", request_json(request));
    } else {
      const bool joins = request.kind == RequestView::Kind::join;
      context.out().line("Approved " + request_title(request) +
                         (joins ? " into \"" : " to catch up with \"") +
                         one_line(request.group_name) + "\".");
    }
  }
  say_in_how_many(context.out(), approved);
  context.say_if_changes_wait(*engine);
  return context.end_of_sending(*engine, report);
}

Result<ExitCode> run_deny(Context& context, const std::string& id) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport fetched, context.sync(*engine));
  const auto before = engine->core().requests();
  CHECK(engine->core().deny(request_id(id), context.now()));
  const auto denied = answered(before, engine->core());
  TRY(const SyncReport report, context.sync(*engine));
  if (context.out().json()) {
    context.out().record("denied", {{"id", request_name(request_id(id))}});
  } else {
    context.out().line("Turned down " + (denied.empty() ? one_line(id) : request_title(denied[0])) +
                       ". They are not told.");
  }
  return context.end_of_sending(*engine, report);
}

}  // namespace

Action define_requests(CLI::App&) { return run_requests; }

Action define_approve(CLI::App& app) {
  auto options = std::make_shared<ApproveOptions>();
  app.add_option("id", options->ids, "As porchlight requests shows it")->type_name("ID");
  app.add_flag("--all", options->all, "Everybody who asks");
  return [options](Context& context) { return run_approve(context, *options); };
}

Action define_deny(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  app.add_option("id", *id, "As porchlight requests shows it")->type_name("ID")->required();
  return [id](Context& context) { return run_deny(context, *id); };
}

}  // namespace porchlight::client
