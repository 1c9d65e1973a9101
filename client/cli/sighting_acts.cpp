#include "client/cli/sighting_acts.hpp"

namespace porchlight::client {

Result<FoundSighting> fetch_sighting(Context& context, Engine& engine, const std::string& id) {
  auto found = find_sighting(engine.core(), id, context.now());
  if (found.ok()) return found;
  TRY(const SyncReport report, context.sync(engine));
  if (report.trouble) context.out().warn(report.trouble->what);
  return find_sighting(engine.core(), id, context.now());
}

Result<ExitCode> post_about(Context& context, Engine& engine, const FoundSighting& found,
                            wire::Body body) {
  TRY(const ExitCode end,
      post_body(context, engine, found.group, std::move(body), found.sighting.short_id));
  if (context.out().json()) return end;
  const Board board = engine.core().board(found.group.id, context.now());
  if (const SightingView* now = board.find_id(found.sighting.id)) {
    context.out().line(now->short_id + "  " + standing_text(*now, board));
  }
  return end;
}

}  // namespace porchlight::client
