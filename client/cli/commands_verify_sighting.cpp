// sighting confirm, dismiss, close, retract: what came of a report.
#include "client/cli/commands.hpp"
#include "client/cli/sighting_acts.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

enum class What : std::uint8_t { report, outcome };

struct VerifyOptions {
  std::string id;
  std::string basis;
  std::string note;
  std::string outcome;
  std::string duplicate_of;
  What retracted = What::report;
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
  TRY(const FoundSighting found, fetch_sighting(context, *engine, id));
  wire::Body body;
  body.mutable_verification()->set_sighting(found.sighting.id.str());
  CHECK(fill(engine->core(), *body.mutable_verification()));
  return post_about(context, *engine, found, std::move(body));
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

// ---- retract ---------------------------------------------------------------------------------

/// The last outcome of one's own about it that was not taken back.
const MessageView* own_outcome(const std::vector<MessageView>& messages, const Board& board,
                               const SightingView& sighting) {
  const MessageView* found = nullptr;
  for (const MessageView& message : messages) {
    const wire::Verification& said = message.body.verification();
    const auto about = MessageId::from(as_bytes(said.sighting()));
    if (!message.mine || !said.has_outcome() || !about || board.is_taken_back(message)) continue;
    if (board.find_id(*about) == &sighting) found = &message;
  }
  return found;
}

Result<MessageId> what_to_take_back(const Core& core, const FoundSighting& found, What what,
                                    TimePoint now) {
  const SightingView& sighting = found.sighting;
  if (what == What::report) {
    if (sighting.taken_back) {
      return Error{Errc::conflict, say(tr("{} was taken back already."), sighting.short_id)};
    }
    if (sighting.report.mine) return sighting.id;
    return Error{Errc::not_permitted,
                 say(tr("{0} was reported by {1}, and nobody else can take it back. Nothing was "
                        "said: porchlight sighting dismiss {0} says that it is not so."),
                     sighting.short_id, one_line(sighting.report.sender_name))};
  }
  const Board board = core.board(found.group.id, now);
  const auto messages = core.live_messages(found.group.id, now);
  const SightingView* here = board.find_id(sighting.id);
  const MessageView* outcome = here == nullptr ? nullptr : own_outcome(messages, board, *here);
  if (outcome != nullptr) return outcome->id;
  return Error{Errc::not_found, say(tr("You have said no outcome of {}: there is nothing to take "
                                       "back."),
                                    sighting.short_id)};
}

Result<ExitCode> run_retract(Context& context, const VerifyOptions& options) {
  TRY(const auto engine, context.open());
  TRY(const FoundSighting found, fetch_sighting(context, *engine, options.id));
  TRY(const MessageId id,
      what_to_take_back(engine->core(), found, options.retracted, context.now()));
  wire::Body body;
  body.mutable_retraction()->set_message(id.str());
  return post_about(context, *engine, found, std::move(body));
}

}  // namespace

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

Action define_sighting_retract(CLI::App& app) {
  const Options options = define_id(app);
  app.add_flag_callback(
      "--outcome", [options] { options->retracted = What::outcome; },
      "Not your report, but what you confirmed or dismissed it as last");
  return [options](Context& context) { return run_retract(context, *options); };
}

}  // namespace porchlight::client
