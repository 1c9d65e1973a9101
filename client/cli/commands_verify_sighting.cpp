// sighting confirm, dismiss, close, retract: what came of a report.
#include "client/cli/commands.hpp"
#include "client/cli/sighting_acts.hpp"
#include "client/cli/sighting_bodies.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

struct VerifyOptions {
  std::string id;
  std::string basis;
  std::string note;
  std::string outcome;
  std::string duplicate_of;
  TakenBack retracted = TakenBack::report;
};
using Options = std::shared_ptr<VerifyOptions>;

Options define_id(CLI::App& app) {
  auto options = std::make_shared<VerifyOptions>();
  app.add_option("id", options->id, tr("As sighting list shows it"))
      ->type_name(tr("ID"))
      ->required();
  return options;
}

/// What is said about the sighting, once it is known.
using Make = std::function<Result<wire::Body>(const Core& core, const FoundSighting& found)>;

Result<ExitCode> verify(Context& context, const std::string& id, const Make& make) {
  TRY(const auto engine, context.open());
  TRY(const FoundSighting found, fetch_sighting(context, *engine, id));
  TRY(wire::Body body, make(engine->core(), found));
  return post_about(context, *engine, found, std::move(body));
}

Result<ExitCode> run_confirm(Context& context, const VerifyOptions& options) {
  if (options.basis.empty()) {
    return Error{Errc::usage, tr("Say with --basis what it rests on: \"seen by me\".")};
  }
  return verify(context, options.id,
                [&](const Core&, const FoundSighting& found) -> Result<wire::Body> {
                  return outcome_body(found.sighting, wire::OUTCOME_CONFIRMED, options.basis);
                });
}

Result<wire::OutcomeKind> parse_dismissal(const std::string& text) {
  for (const auto kind : {wire::OUTCOME_NOT_ENFORCEMENT, wire::OUTCOME_GONE,
                          wire::OUTCOME_UNVERIFIABLE, wire::OUTCOME_DUPLICATE}) {
    if (text == outcome_name(kind)) return kind;
  }
  return Error{Errc::usage,
               tr("A sighting is dismissed as not-enforcement, gone, unverifiable or duplicate.")};
}

Result<ExitCode> run_dismiss(Context& context, const VerifyOptions& options) {
  TRY(const wire::OutcomeKind kind, parse_dismissal(options.outcome));
  if ((kind == wire::OUTCOME_DUPLICATE) == options.duplicate_of.empty()) {
    return Error{Errc::usage, tr("--as duplicate and --of ID go together.")};
  }
  return verify(context, options.id,
                [&](const Core& core, const FoundSighting& found) -> Result<wire::Body> {
                  if (kind != wire::OUTCOME_DUPLICATE) {
                    return outcome_body(found.sighting, kind, options.basis);
                  }
                  const Board board = core.board(found.group.id, context.now());
                  return duplicate_body(found.sighting, board, options.duplicate_of, options.basis);
                });
}

Result<ExitCode> run_close(Context& context, const VerifyOptions& options) {
  return verify(context, options.id,
                [&](const Core&, const FoundSighting& found) -> Result<wire::Body> {
                  return closure_body(found.sighting, options.note);
                });
}

Result<ExitCode> run_retract(Context& context, const VerifyOptions& options) {
  return verify(
      context, options.id, [&](const Core& core, const FoundSighting& found) -> Result<wire::Body> {
        const auto messages = core.live_messages(found.group.id, context.now());
        return retraction_body(messages, make_board(messages), found.sighting, options.retracted);
      });
}

}  // namespace

Action define_sighting_confirm(CLI::App& app) {
  const Options options = define_id(app);
  app.add_option("--basis", options->basis, tr("What it rests on: \"seen by me\""))->required();
  return [options](Context& context) { return run_confirm(context, *options); };
}

Action define_sighting_dismiss(CLI::App& app) {
  const Options options = define_id(app);
  app.add_option("--as", options->outcome, tr("not-enforcement, gone, unverifiable or duplicate"))
      ->type_name("not-enforcement|gone|unverifiable|duplicate")
      ->required();
  app.add_option("--of", options->duplicate_of, tr("Which sighting it is a duplicate of"))
      ->type_name(tr("ID"));
  app.add_option("--basis", options->basis, tr("What it rests on"));
  return [options](Context& context) { return run_dismiss(context, *options); };
}

Action define_sighting_close(CLI::App& app) {
  const Options options = define_id(app);
  app.add_option("--note", options->note, tr("How it ended"));
  return [options](Context& context) { return run_close(context, *options); };
}

Action define_sighting_retract(CLI::App& app) {
  const Options options = define_id(app);
  app.add_flag_callback(
      "--outcome", [options] { options->retracted = TakenBack::outcome; },
      tr("Not your report, but what you confirmed or dismissed it as last"));
  return [options](Context& context) { return run_retract(context, *options); };
}

}  // namespace porchlight::client
