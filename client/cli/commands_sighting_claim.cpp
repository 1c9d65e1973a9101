// sighting claim, release: who goes and looks. The first claim in the agreed order has it, and
// whoever was later learns that at once.
#include "client/cli/commands.hpp"
#include "client/cli/conduct.hpp"
#include "client/cli/show_sighting.hpp"
#include "client/cli/sighting_acts.hpp"
#include "client/cli/sighting_bodies.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/waiting.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using Standing = SightingView::Standing;

struct ClaimOptions {
  std::string id;
  std::string note;
  std::uint32_t eta_minutes = 0;
  Acceptance acceptance = Acceptance::to_be_asked;
};

/// Who has it, and what to do about that.
Error taken(const SightingView& sighting, const Board& board, TimePoint now) {
  const std::string& name = sighting.short_id;
  if (sighting.standing != Standing::claimed) {
    return {Errc::not_permitted,
            say(tr("{0} is {1}: nobody has to go any more. porchlight sighting "
                   "show {0} tells what was said."),
                name, standing_text(sighting, board))};
  }
  const std::string who = one_line(sighting.claimed_by.value_or(""));
  const std::string until = short_time(*overdue_from(sighting), now);
  if (sighting.eta_minutes) {
    return {Errc::not_permitted,
            say(tr("{0} has {1} and said at {2} to be there in {3} min: it is not yours, so leave "
                   "it to them. If nothing is heard from them, porchlight sighting claim {1} takes "
                   "it over from {4} on."),
                who, name, short_time(sighting.claim->sent, now), *sighting.eta_minutes, until)};
  }
  return {Errc::not_permitted,
          say(tr("{0} has had {1} since {2}: it is not yours, so leave it to them. If nothing is "
                 "heard from them, porchlight sighting claim {1} takes it over from {3} on."),
              who, name, short_time(sighting.claim->sent, now), until)};
}

struct Place {
  FoundSighting found;  // the original where a duplicate was named
  Board board;
};

Result<Place> find_place(Context& context, Engine& engine, const std::string& id) {
  TRY(FoundSighting found, fetch_sighting(context, engine, id));
  Place place{std::move(found), engine.core().board(found.group.id, context.now())};
  place.found.sighting = place.board.original(place.found.sighting);
  return place;
}

/// What this device knows may be old: before it says no, the relay is asked.
Result<Place> find_claimable(Context& context, Engine& engine, const std::string& id) {
  TRY(Place place, find_place(context, engine, id));
  if (may_claim(place.found.sighting, context.now())) return place;
  TRY(const SyncReport report, context.sync(engine));
  if (report.trouble) context.out().warn(report.trouble->what);
  TRY(place, find_place(context, engine, id));
  if (may_claim(place.found.sighting, context.now())) return place;
  return taken(place.found.sighting, place.board, context.now());
}

Result<ExitCode> run_claim(Context& context, const ClaimOptions& options) {
  TRY(const auto engine, context.open());
  TRY(const Place place, find_claimable(context, *engine, options.id));
  const FoundSighting& found = place.found;
  TRY(const auto rules, accepted_rules(context, *engine, found.group, options.acceptance));
  wire::Body body = claim_body(found.sighting, options.eta_minutes, rules);
  TRY(const ExitCode end, post_about(context, *engine, found, std::move(body)));
  const Board board = engine->core().board(found.group.id, context.now());
  const SightingView* now = board.find_id(found.sighting.id);
  const bool has_it = now == nullptr || (now->standing == Standing::claimed && now->claim->mine);
  if (!has_it) return taken(board.original(*now), board, context.now());
  return end;
}

Result<ExitCode> run_release(Context& context, const ClaimOptions& options) {
  TRY(const auto engine, context.open());
  TRY(const Place place, find_place(context, *engine, options.id));
  TRY(wire::Body body, release_body(place.found.sighting, place.board, options.note));
  return post_about(context, *engine, place.found, std::move(body));
}

std::shared_ptr<ClaimOptions> define_id(CLI::App& app) {
  auto options = std::make_shared<ClaimOptions>();
  app.add_option("id", options->id, tr("As sighting list shows it"))
      ->type_name(tr("ID"))
      ->required();
  return options;
}

}  // namespace

Action define_sighting_claim(CLI::App& app) {
  const auto options = define_id(app);
  app.add_option("--eta", options->eta_minutes, tr("In how many minutes you are there"))
      ->type_name(tr("MINUTES"));
  app.add_flag_callback(
      "--accept-rules", [options] { options->acceptance = Acceptance::given; },
      tr("You have read the group's rules of conduct, and accept them"));
  return [options](Context& context) { return run_claim(context, *options); };
}

Action define_sighting_release(CLI::App& app) {
  const auto options = define_id(app);
  app.add_option("--note", options->note, tr("Why, or what the next one should know"));
  return [options](Context& context) { return run_release(context, *options); };
}

}  // namespace porchlight::client
