// shift claim, release, checkin, checkout, handover: who stands where.
#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/posting.hpp"
#include "client/cli/shift_plan.hpp"
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

/// What fills in the act, once the shift is known; an error where it would change nothing.
using Fill = std::function<Status(const FoundShift& found, wire::ShiftAct& act)>;

Result<ExitCode> act_on(Context& context, const ActOptions& options, const Fill& fill) {
  TRY(const auto engine, context.open());
  Core& core = engine->core();
  // Somebody may have been first: that is worth knowing before one says something too.
  TRY(const SyncReport report, context.sync(*engine));
  TRY(const FoundShift found, find_shift(core, options.id, context.now()));
  if (found.shift.cancelled) {
    return Error{Errc::expired,
                 say(tr("{} was cancelled. Nothing was said."), found.shift.short_id)};
  }
  wire::Body body;
  wire::ShiftAct& act = *body.mutable_shift_act();
  act.set_shift(found.shift.id.str());
  act.set_note(options.note);
  body.set_lifetime_hours(hours_left(found.shift.plan.body, context.now()));
  body.set_zone(found.shift.plan.body.zone());
  CHECK(fill(found, act));
  TRY(const ExitCode end,
      post_body(context, *engine, found.group, std::move(body), found.shift.short_id));
  if (context.out().json()) return end;
  TRY(const FoundShift now, find_shift(core, options.id, context.now()));
  context.out().line(now.shift.short_id + "  " + shift_standing(now.shift, context.now()));
  return end;
}

Error over(const ShiftView& shift) {
  return {Errc::expired,
          say(tr("{0} is over: {1}. Nothing was said."), shift.short_id, shift_span(shift))};
}

Error without_place(const ShiftView& shift) {
  return {Errc::not_permitted,
          say(tr("You have no place on {0} and are no backup there: porchlight shift claim {0} "
                 "comes first. Nothing was said."),
              shift.short_id)};
}

Result<ExitCode> run_claim(Context& context, const ActOptions& options) {
  return act_on(context, options, [&](const FoundShift& found, wire::ShiftAct& act) -> Status {
    const ShiftView& shift = found.shift;
    if (context.now() >= shift.end()) return over(shift);
    const ShiftPerson* const mine = shift.mine();
    const bool has_place = mine != nullptr && shift.has_place(mine->who);
    if (has_place || (mine != nullptr && options.backup)) {
      return Error{Errc::used,
                   say(has_place ? tr("You have a place on {0} already; porchlight shift release "
                                      "{0} gives it back. Nothing was said.")
                                 : tr("You are a backup on {0} already. Nothing was said."),
                       shift.short_id)};
    }
    act.set_kind(options.backup ? wire::SHIFT_BACKUP : wire::SHIFT_CLAIM);
    return Ok{};
  });
}

Result<ExitCode> run_release(Context& context, const ActOptions& options) {
  return act_on(context, options, [](const FoundShift& found, wire::ShiftAct& act) -> Status {
    if (found.shift.mine() == nullptr) return without_place(found.shift);
    act.set_kind(wire::SHIFT_RELEASE);
    return Ok{};
  });
}

Result<ExitCode> run_checkin(Context& context, const ActOptions& options) {
  return act_on(context, options, [&](const FoundShift& found, wire::ShiftAct& act) -> Status {
    if (found.shift.mine() == nullptr) return without_place(found.shift);
    if (context.now() >= found.shift.end()) return over(found.shift);
    act.set_kind(wire::SHIFT_CHECK_IN);
    return Ok{};
  });
}

Result<ExitCode> run_checkout(Context& context, const ActOptions& options) {
  return act_on(context, options, [](const FoundShift& found, wire::ShiftAct& act) -> Status {
    const ShiftPerson* const mine = found.shift.mine();
    if (mine == nullptr) return without_place(found.shift);
    if (!mine->checked_in) {
      return Error{Errc::usage, say(tr("You have not checked in on {0}: porchlight shift checkin "
                                       "{0} comes first. Nothing was said."),
                                    found.shift.short_id)};
    }
    act.set_kind(wire::SHIFT_CHECK_OUT);
    return Ok{};
  });
}

Result<VerifyKey> member_called(const GroupView& group, const std::string& name) {
  std::string names;
  for (const MemberView& member : group.members) {
    if (member.name == name) return member.identity;
    if (!member.me) names += (names.empty() ? "" : ", ") + one_line(member.name);
  }
  return Error{Errc::not_found, say(tr("Nobody in \"{0}\" is called \"{1}\"; there are: {2}. "
                                       "Nothing was said."),
                                    one_line(group.name), one_line(name), names)};
}

Result<ExitCode> run_handover(Context& context, const ActOptions& options) {
  return act_on(context, options, [&](const FoundShift& found, wire::ShiftAct& act) -> Status {
    const ShiftView& shift = found.shift;
    TRY(const VerifyKey to, member_called(found.group, options.to));
    const ShiftPerson* const mine = shift.mine();
    if (mine == nullptr || !shift.has_place(mine->who)) return without_place(shift);
    if (context.now() >= shift.end()) return over(shift);
    if (shift.has_place(to) && to != mine->who) {
      return Error{Errc::usage, say(tr("{0} has a place on {1} already. Nothing was said."),
                                    one_line(options.to), shift.short_id)};
    }
    act.set_kind(wire::SHIFT_HAND_OVER);
    act.set_to(to.str());
    return Ok{};
  });
}

Options define_act(CLI::App& app) {
  auto options = std::make_shared<ActOptions>();
  app.add_option("id", options->id, tr("As shift list shows it"))->type_name("ID")->required();
  app.add_option("--note", options->note, tr("A word to the group; never a child's name"));
  return options;
}

}  // namespace

Action define_shift_claim(CLI::App& app) {
  const Options options = define_act(app);
  app.add_flag("--backup", options->backup,
               tr("Be ready to take a place when somebody gives theirs back"));
  return [options](Context& context) { return run_claim(context, *options); };
}

Action define_shift_release(CLI::App& app) {
  const Options options = define_act(app);
  return [options](Context& context) { return run_release(context, *options); };
}

Action define_shift_checkin(CLI::App& app) {
  const Options options = define_act(app);
  return [options](Context& context) { return run_checkin(context, *options); };
}

Action define_shift_checkout(CLI::App& app) {
  const Options options = define_act(app);
  return [options](Context& context) { return run_checkout(context, *options); };
}

Action define_shift_handover(CLI::App& app) {
  const Options options = define_act(app);
  app.add_option("name", options->to,
                 tr("Who is to have your place: it is theirs when they claim it, and yours until "
                    "then. Your own name takes an offer back"))
      ->type_name("NAME")
      ->required();
  return [options](Context& context) { return run_handover(context, *options); };
}

}  // namespace porchlight::client
