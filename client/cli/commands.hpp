// Every command: what it is called, what it takes, what it does. A command adds its options to the
// parser and gives what runs it; nothing here knows keys or frames.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <span>

#include "client/cli/context.hpp"

namespace porchlight::client {

/// Runs once, after the options were read.
using Action = std::function<Result<ExitCode>(Context&)>;

struct Command {
  std::string_view path;     // "join", "group create"; a command may begin another's path
  std::string_view summary;  // this and the next are literals from mark(): tr() translates them
  std::string_view example;
  Action (*define)(CLI::App& options);
};

/// In the order in which help shows them.
std::span<const Command> all_commands();
/// What the first word of two stands for, "group", in the reader's language.
std::string_view family_summary(std::string_view family);

Action define_join(CLI::App& options);
Action define_group_create(CLI::App& options);
Action define_group_list(CLI::App& options);
Action define_group_show(CLI::App& options);
Action define_group_rekey(CLI::App& options);
Action define_group_leave(CLI::App& options);
Action define_member_remove(CLI::App& options);
Action define_member_keep(CLI::App& options);
Action define_member_role(CLI::App& options);
Action define_channel_create(CLI::App& options);
Action define_channel_list(CLI::App& options);
Action define_channel_show(CLI::App& options);
Action define_channel_audience(CLI::App& options);
Action define_channel_audience_remove(CLI::App& options);
Action define_invite_new(CLI::App& options);
Action define_invite_list(CLI::App& options);
Action define_invite_revoke(CLI::App& options);
Action define_requests(CLI::App& options);
Action define_approve(CLI::App& options);
Action define_deny(CLI::App& options);
Action define_post(CLI::App& options);
Action define_retract(CLI::App& options);
Action define_sighting_post(CLI::App& options);
Action define_sighting_list(CLI::App& options);
Action define_sighting_show(CLI::App& options);
Action define_sighting_claim(CLI::App& options);
Action define_sighting_release(CLI::App& options);
Action define_sighting_confirm(CLI::App& options);
Action define_sighting_dismiss(CLI::App& options);
Action define_sighting_close(CLI::App& options);
Action define_sighting_retract(CLI::App& options);
Action define_photo_list(CLI::App& options);
Action define_photo_get(CLI::App& options);
Action define_rules_set(CLI::App& options);
Action define_rules_show(CLI::App& options);
Action define_alert_send(CLI::App& options);
Action define_alert_ack(CLI::App& options);
Action define_alert_list(CLI::App& options);
Action define_alert_show(CLI::App& options);
Action define_alert_status(CLI::App& options);
Action define_alert_clear(CLI::App& options);
Action define_rollcall_call(CLI::App& options);
Action define_rollcall_answer(CLI::App& options);
Action define_rollcall_status(CLI::App& options);
Action define_rollcall_list(CLI::App& options);
Action define_detention_add(CLI::App& options);
Action define_detention_list(CLI::App& options);
Action define_detention_show(CLI::App& options);
Action define_detention_update(CLI::App& options);
Action define_detention_renew(CLI::App& options);
Action define_export(CLI::App& options);
Action define_shift_plan(CLI::App& options);
Action define_shift_list(CLI::App& options);
Action define_shift_show(CLI::App& options);
Action define_shift_claim(CLI::App& options);
Action define_shift_release(CLI::App& options);
Action define_shift_checkin(CLI::App& options);
Action define_shift_checkout(CLI::App& options);
Action define_shift_handover(CLI::App& options);
Action define_shift_change(CLI::App& options);
Action define_shift_cancel(CLI::App& options);
Action define_library_add(CLI::App& options);
Action define_library_list(CLI::App& options);
Action define_library_show(CLI::App& options);
Action define_library_withdraw(CLI::App& options);
Action define_listen(CLI::App& options);
Action define_watch(CLI::App& options);
Action define_sync(CLI::App& options);
Action define_outbox_list(CLI::App& options);
Action define_verify(CLI::App& options);
Action define_doctor(CLI::App& options);
Action define_vault_backup(CLI::App& options);
Action define_vault_restore(CLI::App& options);
Action define_vault_wipe(CLI::App& options);

}  // namespace porchlight::client
