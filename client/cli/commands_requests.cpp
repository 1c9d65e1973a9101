// requests, approve, deny.
#include <map>

#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/show.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

/// What they ask, by what right, and when.
std::string request_line(const RequestView& request, TimePoint now) {
  const std::string id = request_name(request.id);
  const std::string name = one_line(request.name);
  const std::string group = one_line(request.group_name);
  const std::string when = short_time(request.received, now);
  if (request.kind != RequestView::Kind::join) {
    return say(tr("{0}  {1} asks to catch up with \"{2}\"; ask in person: whoever has their device "
                  "could ask as well; {3}"),
               id, name, group, when);
  }
  return say(
      request.invite_uses == 1
          ? tr("{0}  {1} asks to join \"{2}\"; the invite was for {3}; {4}")
          : tr("{0}  {1} asks to join \"{2}\"; the invite was for {3} (no. {5} of {6}); {4}"),
      id, name, group, one_line(request.invited_as), when, request.invite_number,
      request.invite_uses);
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
    context.out().line(request_line(request, context.now()));
    context.out().line(say(tr("       safety words  {}"), words_text(request.words)));
  }
  if (!context.out().json()) {
    context.out().say(requests.empty() ? tr("Nobody asks for anything.")
                                       : tr("Compare the words, then: porchlight approve ID"));
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
    out.say(say(tr("They come into \"{0}\" with {1} changes, {2} people with each."),
                one_line(group), (count + most - 1) / most, most));
  }
}

Result<ExitCode> run_approve(Context& context, const ApproveOptions& options) {
  if (options.ids.empty() != options.all) {
    return Error{Errc::usage, tr("Say whom: one ID or more of porchlight requests, or --all.")};
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
    context.out().say(tr("Nobody asks for anything."));
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
      context.out().line(say(
          joins ? tr("Approved {0} into \"{1}\".") : tr("Approved {0} to catch up with \"{1}\"."),
          request_title(request), one_line(request.group_name)));
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
    context.out().line(say(tr("Turned down {}. They are not told."),
                           denied.empty() ? one_line(id) : request_title(denied[0])));
  }
  return context.end_of_sending(*engine, report);
}

}  // namespace

Action define_requests(CLI::App&) { return run_requests; }

Action define_approve(CLI::App& app) {
  auto options = std::make_shared<ApproveOptions>();
  app.add_option("id", options->ids, tr("As porchlight requests shows it"))->type_name(tr("ID"));
  app.add_flag("--all", options->all, tr("Everybody who asks"));
  return [options](Context& context) { return run_approve(context, *options); };
}

Action define_deny(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  app.add_option("id", *id, tr("As porchlight requests shows it"))->type_name(tr("ID"))->required();
  return [id](Context& context) { return run_deny(context, *id); };
}

}  // namespace porchlight::client
