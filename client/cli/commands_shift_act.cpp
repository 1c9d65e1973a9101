// shift claim, release, checkin, checkout, handover: who stands where.
#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/posting.hpp"
#include "client/cli/shift_acts.hpp"
#include "client/cli/show_shift.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

struct ActOptions {
  std::string id;
  std::string note;
  std::string to;
  bool backup = false;
};
using Options = std::shared_ptr<ActOptions>;

/// What is said about it, once it is known; an error where it would change nothing.
using Make = std::function<Result<wire::Body>(const FoundShift& found)>;

Result<ExitCode> act_on(Context& context, const ActOptions& options, const Make& make) {
  TRY(const auto engine, context.open());
  Core& core = engine->core();
  // Somebody may have been first: that is worth knowing before one says something too.
  TRY(const SyncReport report, context.sync(*engine));
  TRY(const FoundShift found, find_shift(core, options.id, context.now()));
  TRY(wire::Body body, make(found));
  TRY(const ExitCode end,
      post_body(context, *engine, found.group, std::move(body), found.shift.short_id));
  if (context.out().json()) return end;
  TRY(const FoundShift now, find_shift(core, options.id, context.now()));
  context.out().line(now.shift.short_id + "  " + shift_standing(now.shift, context.now()));
  return end;
}

Result<ExitCode> run_plain(Context& context, const ActOptions& options, wire::ShiftActKind kind) {
  return act_on(context, options, [&](const FoundShift& found) {
    return shift_act_body(found.shift, kind, options.note, context.now());
  });
}

Result<VerifyKey> member_called(const GroupView& group, const std::string& name) {
  std::string names;
  for (const MemberView& member : group.members) {
    if (member.name == name) return member.identity;
    if (!member.me) names += (names.empty() ? "" : ", ") + one_line(member.name);
  }
  if (names.empty()) {
    return Error{Errc::not_found, say(tr("You are alone in \"{0}\": there is nobody to hand your "
                                         "place to. Nothing was said; porchlight invite new lets "
                                         "somebody in."),
                                      one_line(group.name))};
  }
  return Error{Errc::not_found, say(tr("Nobody in \"{0}\" is called \"{1}\"; there are: {2}. "
                                       "Nothing was said."),
                                    one_line(group.name), one_line(name), names)};
}

Result<ExitCode> run_handover(Context& context, const ActOptions& options) {
  return act_on(context, options, [&](const FoundShift& found) -> Result<wire::Body> {
    const ShiftView& shift = found.shift;
    TRY(const VerifyKey to, member_called(found.group, options.to));
    TRY(wire::Body body, shift_act_body(shift, wire::SHIFT_HAND_OVER, options.note, context.now()));
    if (shift.has_place(to) && to != shift.mine()->who) {
      return Error{Errc::usage, say(tr("{0} has a place on {1} already. Nothing was said."),
                                    one_line(options.to), shift.short_id)};
    }
    body.mutable_shift_act()->set_to(to.str());
    return body;
  });
}

Options define_act(CLI::App& app) {
  auto options = std::make_shared<ActOptions>();
  app.add_option("id", options->id, tr("As shift list shows it"))->type_name(tr("ID"))->required();
  app.add_option("--note", options->note, tr("A word to the group; never a child's name"));
  return options;
}

}  // namespace

Action define_shift_claim(CLI::App& app) {
  const Options options = define_act(app);
  app.add_flag("--backup", options->backup,
               tr("Be ready to take a place when somebody gives theirs back"));
  return [options](Context& context) {
    return run_plain(context, *options, options->backup ? wire::SHIFT_BACKUP : wire::SHIFT_CLAIM);
  };
}

Action define_shift_release(CLI::App& app) {
  const Options options = define_act(app);
  return [options](Context& context) { return run_plain(context, *options, wire::SHIFT_RELEASE); };
}

Action define_shift_checkin(CLI::App& app) {
  const Options options = define_act(app);
  return [options](Context& context) { return run_plain(context, *options, wire::SHIFT_CHECK_IN); };
}

Action define_shift_checkout(CLI::App& app) {
  const Options options = define_act(app);
  return
      [options](Context& context) { return run_plain(context, *options, wire::SHIFT_CHECK_OUT); };
}

Action define_shift_handover(CLI::App& app) {
  const Options options = define_act(app);
  app.add_option("name", options->to,
                 tr("Who is to have your place: it is theirs when they claim it, and yours until "
                    "then. Your own name takes an offer back"))
      ->type_name(tr("NAME"))
      ->required();
  return [options](Context& context) { return run_handover(context, *options); };
}

}  // namespace porchlight::client
