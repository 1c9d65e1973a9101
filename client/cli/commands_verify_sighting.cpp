// sighting claim, confirm, dismiss, close: what is done about a report.
#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/posting.hpp"

namespace porchlight::client {
namespace {

struct VerifyOptions {
  std::string id;
  std::string basis;
  std::string note;
  std::string outcome;
  std::string duplicate_of;
  std::uint32_t eta_minutes = 0;
};
using Options = std::shared_ptr<VerifyOptions>;

Options define_id(CLI::App& app) {
  auto options = std::make_shared<VerifyOptions>();
  app.add_option("id", options->id, "As sighting list shows it")->type_name("ID")->required();
  return options;
}

/// What fills in the verification, once the sighting is known.
using Fill = std::function<Status(const Core& core, wire::Verification& verification)>;

Result<ExitCode> verify(Context& context, const std::string& id, const Fill& fill) {
  TRY(const auto engine, context.open());
  Core& core = engine->core();
  auto found = find_sighting(core, id, context.now());
  if (!found.ok()) {
    // It may be at the relay and not yet here.
    TRY(const SyncReport report, context.sync(*engine));
    if (report.trouble) context.out().warn(report.trouble->what);
    found = find_sighting(core, id, context.now());
  }
  if (!found.ok()) return std::move(found).error();
  wire::Body body;
  wire::Verification& verification = *body.mutable_verification();
  verification.set_sighting(found->sighting.id.str());
  body.set_lifetime_hours(found->sighting.report.body.lifetime_hours());
  CHECK(fill(core, verification));
  TRY(const ExitCode end,
      post_body(context, *engine, found->group, std::move(body), found->sighting.short_id));
  if (context.out().json()) return end;
  TRY(const FoundSighting now, find_sighting(core, id, context.now()));
  const Board board = core.board(now.group.id, context.now());
  context.out().line(now.sighting.short_id + "  " + standing_text(now.sighting, board));
  return end;
}

Result<ExitCode> run_claim(Context& context, const VerifyOptions& options) {
  return verify(context, options.id, [&](const Core&, wire::Verification& verification) -> Status {
    verification.mutable_claim()->set_eta_minutes(options.eta_minutes);
    return Ok{};
  });
}

Result<ExitCode> run_confirm(Context& context, const VerifyOptions& options) {
  if (options.basis.empty()) {
    return Error{Errc::usage, "Say with --basis what it rests on: \"seen by me\"."};
  }
  return verify(context, options.id, [&](const Core&, wire::Verification& verification) -> Status {
    verification.mutable_outcome()->set_kind(wire::OUTCOME_CONFIRMED);
    verification.mutable_outcome()->set_basis(options.basis);
    return Ok{};
  });
}

Result<wire::OutcomeKind> parse_dismissal(const std::string& text) {
  for (const auto kind : {wire::OUTCOME_NOT_ENFORCEMENT, wire::OUTCOME_GONE,
                          wire::OUTCOME_UNVERIFIABLE, wire::OUTCOME_DUPLICATE}) {
    if (text == outcome_name(kind)) return kind;
  }
  return Error{Errc::usage,
               "A sighting is dismissed as not-enforcement, gone, unverifiable or duplicate."};
}

Result<ExitCode> run_dismiss(Context& context, const VerifyOptions& options) {
  TRY(const wire::OutcomeKind kind, parse_dismissal(options.outcome));
  if ((kind == wire::OUTCOME_DUPLICATE) == options.duplicate_of.empty()) {
    return Error{Errc::usage, "--as duplicate and --of ID go together."};
  }
  return verify(
      context, options.id, [&](const Core& core, wire::Verification& verification) -> Status {
        wire::Outcome& outcome = *verification.mutable_outcome();
        outcome.set_kind(kind);
        outcome.set_basis(options.basis);
        if (options.duplicate_of.empty()) return Ok{};
        TRY(const FoundSighting other, find_sighting(core, options.duplicate_of, context.now()));
        if (other.sighting.id.str() == verification.sighting()) {
          return Error{Errc::usage, "A sighting is no duplicate of itself: --of names another."};
        }
        outcome.set_duplicate_of(other.sighting.id.str());
        return Ok{};
      });
}

Result<ExitCode> run_close(Context& context, const VerifyOptions& options) {
  return verify(context, options.id, [&](const Core&, wire::Verification& verification) -> Status {
    verification.mutable_closure()->set_note(options.note);
    return Ok{};
  });
}

}  // namespace

Action define_sighting_claim(CLI::App& app) {
  const Options options = define_id(app);
  app.add_option("--eta", options->eta_minutes, "In how many minutes you are there")
      ->type_name("MINUTES");
  return [options](Context& context) { return run_claim(context, *options); };
}

Action define_sighting_confirm(CLI::App& app) {
  const Options options = define_id(app);
  app.add_option("--basis", options->basis, "What it rests on: \"seen by me\"")->required();
  return [options](Context& context) { return run_confirm(context, *options); };
}

Action define_sighting_dismiss(CLI::App& app) {
  const Options options = define_id(app);
  app.add_option("--as", options->outcome, "not-enforcement, gone, unverifiable or duplicate")
      ->type_name("OUTCOME")
      ->required();
  app.add_option("--of", options->duplicate_of, "Which sighting it is a duplicate of")
      ->type_name("ID");
  app.add_option("--basis", options->basis, "What it rests on");
  return [options](Context& context) { return run_dismiss(context, *options); };
}

Action define_sighting_close(CLI::App& app) {
  const Options options = define_id(app);
  app.add_option("--note", options->note, "How it ended");
  return [options](Context& context) { return run_close(context, *options); };
}

}  // namespace porchlight::client
