// Every size, count and timeout of the protocol and the programs, in one place.
// Units stand last in the name. Clauses are those of proto/PROTOCOL.md.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace porchlight::limits {

using namespace std::chrono_literals;

// ---- frames and envelopes (clauses 3 and 5) -------------------------------------------------
inline constexpr std::size_t frame_bytes_max = 72 * 1024;
inline constexpr std::array<std::size_t, 3> envelope_sizes_bytes = {2'048, 16'384, 65'536};
inline constexpr std::size_t seal_overhead_bytes = 48;  // crypto_box_SEALBYTES
/// One byte of padding at the least (ISO/IEC 7816-4).
inline constexpr std::size_t payload_bytes_max = 65'536 - seal_overhead_bytes - 1;
inline constexpr std::size_t signed_bytes_max = payload_bytes_max;

// ---- connections ----------------------------------------------------------------------------
inline constexpr std::size_t requests_in_flight_max = 128;
inline constexpr std::size_t connections_max_default = 20'000;
inline constexpr std::size_t collects_per_connection_max = 256;
inline constexpr std::size_t proofs_per_connection_max = 512;
/// Failed authentications after which the relay ends a connection: each costs it a verification.
inline constexpr std::size_t refusals_per_connection_max = 16;
/// One signs up to issue_batch_max tokens, so it is the dearest request there is.
inline constexpr std::size_t issues_per_connection_max = 8;
inline constexpr auto handshake_timeout = 10s;
inline constexpr auto first_request_timeout = 30s;
inline constexpr auto idle_timeout = 15min;  // a live Collect keeps it open with Ping
inline constexpr auto ping_interval = 5min;
inline constexpr auto request_timeout = 30s;
inline constexpr auto connect_timeout = 10s;
inline constexpr auto close_timeout = 2s;  // for the other side to read the last answer
/// That one side may send on one connection, the five of the handshake itself among them.
inline constexpr std::size_t tls_handshake_messages_max = 32;

// ---- the relay's shell: what may wait in memory ---------------------------------------------
inline constexpr std::size_t commit_queue_operations_max = 8'192;
inline constexpr std::size_t commit_queue_bytes_max = 32u << 20;
inline constexpr std::size_t commit_batch_max = 1'024;
/// Per connection, before the relay stops reading from it.
inline constexpr std::size_t unsent_bytes_max = 64 * 1024;
/// Above connections_max: so many at once are told so before they are sent away.
inline constexpr std::size_t surplus_connections_max = 64;
/// From the first SIGTERM until what is not finished is cut off.
inline constexpr auto stop_timeout = 20s;

// ---- tokens (clause 6) ----------------------------------------------------------------------
inline constexpr std::uint32_t session_tokens_per_day = 64;
inline constexpr std::uint32_t enroll_member_tokens_per_day = 50;
inline constexpr std::uint32_t enroll_inviter_tokens_per_week = 2;
inline constexpr std::uint32_t issue_batch_max = 64;
inline constexpr std::uint32_t session_drops = 64;
inline constexpr std::uint32_t session_drop_bytes = 1024 * 1024;
inline constexpr std::uint32_t session_proofs = 256;
inline constexpr std::uint32_t inviter_wait_days_default = 7;

// ---- guests (clause 6.7) --------------------------------------------------------------------
inline constexpr std::uint32_t guest_drops = 4;
/// About 65,000 hashes: a tenth of a second on a small computer.
inline constexpr std::uint32_t puzzle_bits_min = 16;
/// About a million: some seconds there. A client refuses to work harder.
inline constexpr std::uint32_t puzzle_bits_max = 20;
/// Guests of a window that make no puzzle harder; twice as many cost a bit, four times two.
inline constexpr std::uint32_t guests_free = 128;
inline constexpr auto guest_window = 10min;

// ---- retention ------------------------------------------------------------------------------
inline constexpr std::uint32_t ordinary_days = 7;
inline constexpr std::uint32_t long_days = 30;
/// Free space that the relay leaves on its disk, so that erasing has room to work.
inline constexpr std::uint64_t disk_reserve_bytes = 64ull << 20;
/// Envelopes that one operation of the commit thread erases at most.
inline constexpr std::size_t erase_batch_max = 256;
/// Leaf certificates: short-lived, dated back for clocks that are behind (clause 2.2).
inline constexpr auto leaf_lifetime = std::chrono::hours(24 * 14);
inline constexpr auto leaf_backdate = std::chrono::hours(48);

// ---- people and invites (clauses 8 and 9) ---------------------------------------------------
inline constexpr std::size_t name_bytes_max = 64;
inline constexpr std::size_t host_bytes_max = 253;
inline constexpr std::uint32_t card_days = 7;        // the age at which a card is replaced
inline constexpr std::uint32_t card_kept_days = 35;  // after that: an inbox's retention and some
/// More only where the newest does not get out for months.
inline constexpr std::size_t cards_held_max = 64;
inline constexpr std::size_t link_chars_max = 300;
inline constexpr auto invite_lifetime_default = 1h;
inline constexpr auto invite_lifetime_max = std::chrono::hours(24 * 7);
inline constexpr std::size_t passphrase_bytes_max = 1024;
/// How many may come by one event invite; their bundles of tokens fit one envelope.
inline constexpr std::uint32_t event_uses_max = 200;
/// About what one bundle takes in a parcel, so that what comes with them has room as well.
inline constexpr std::size_t bundle_bytes_max = 192;
static_assert(event_uses_max * bundle_bytes_max + 4'096 <= payload_bytes_max);
inline constexpr std::uint32_t operator_invites_max = 256;  // that one porchlightd invite makes

// ---- groups (clauses 10 to 12) --------------------------------------------------------------
inline constexpr std::size_t group_members_max = 1'000;
/// What one epoch does at most: a page of what a person can look over, in one envelope.
inline constexpr std::size_t epoch_operations_max = 128;
/// A Signed JoinRequest with the longest name has 473; without a limit one could fill a change.
inline constexpr std::size_t join_request_bytes_max = 480;
static_assert(epoch_operations_max * (join_request_bytes_max + 11) + 1'024 <= signed_bytes_max);
/// A Signed Card has 179 at most; without a limit one could fill the state of every group.
inline constexpr std::size_t card_bytes_max = 192;
/// On which a group's whole state lies for who enters it: requests, cards, and the newest change.
inline constexpr std::size_t state_pages_max = 12;
static_assert(group_members_max * (join_request_bytes_max + card_bytes_max + 16) +
                  signed_bytes_max + 16 <=
              state_pages_max * payload_bytes_max);
/// Changes behind one whose keys have not come, that are held in memory.
inline constexpr std::size_t control_behind_max = 64;
/// Between two epochs: a day is a hash, and a lead and the relay together are not to order
/// millions.
inline constexpr std::uint32_t epoch_days_max = 3'660;
inline constexpr std::uint32_t rekey_days = 7;  // the age at which leads give a group new keys
inline constexpr std::size_t skipped_keys_max = 1'000;
inline constexpr std::size_t cites_max = 4;
inline constexpr std::int64_t clock_disagreement_max_hours = 36;

// ---- channels (clause 14) -------------------------------------------------------------------
/// People and open invites together.
inline constexpr std::size_t audience_max = 10'000;
/// Of those who were taken out, the newest are remembered.
inline constexpr std::size_t audience_removed_max = 2'000;
/// How many grants a change shows, whatever the audience: the next of these.
inline constexpr std::array<std::uint32_t, 5> grant_counts = {64, 256, 1'024, 4'096, 16'384};
static_assert(grant_counts.back() >= audience_max);
/// Of which an epoch states its mailboxes' keys, from its own day on.
inline constexpr std::uint32_t channel_days = 14;
inline constexpr std::uint32_t channel_rekey_days = 7;
/// On which an audience's list lies for who joins the group.
inline constexpr std::size_t audience_pages_max = 37;
static_assert(audience_max * 232 + audience_removed_max * 34 <=
              audience_pages_max * payload_bytes_max);
/// Named in the announcement of an epoch; a further epoch names the rest.
inline constexpr std::size_t left_out_max = 32;
inline constexpr std::size_t root_boxes_max = 12;  // in one announcement
inline constexpr std::size_t channels_max = 32;    // that one vault is in
/// In which an invite that no device of the inviter's attends to is served by another lead's.
inline constexpr auto audience_patience = std::chrono::minutes(10);
/// The last day's reply mailbox of an epoch that is over: who was left behind asks there.
inline constexpr std::uint32_t reply_door_days = 30;

// ---- alerts (clause 14) ---------------------------------------------------------------------
inline constexpr std::size_t alert_text_bytes_max = 1'000;  // of all languages together
inline constexpr std::size_t wordings_max = 8;
inline constexpr std::size_t language_bytes_max = 16;
inline constexpr std::size_t answers_max = 6;
inline constexpr std::size_t answer_bytes_max = 32;
inline constexpr std::uint32_t answer_delay_seconds_max = 60;
/// What an alert asks for where its audience is small, and above `small_audience`.
inline constexpr std::uint32_t answer_delay_seconds_small = 5;
inline constexpr std::uint32_t answer_delay_seconds_large = 30;
inline constexpr std::size_t small_audience = 300;
inline constexpr std::uint32_t alert_lifetime_hours = 24;
inline constexpr std::uint32_t alert_lifetime_hours_max = 7 * 24;

// ---- bodies (clause 13) ---------------------------------------------------------------------
inline constexpr std::size_t text_bytes_max = 1'200;
inline constexpr std::size_t field_bytes_max = 200;
inline constexpr std::uint32_t sighting_lifetime_hours = 24;
inline constexpr std::uint32_t sighting_lifetime_hours_max = 7 * 24;
inline constexpr std::uint32_t text_lifetime_hours = 7 * 24;
inline constexpr std::uint32_t text_lifetime_hours_max = 30 * 24;

// ---- the work around it (clause 15) ---------------------------------------------------------
inline constexpr std::size_t short_id_bytes = 8;  // of identities and hashes inside bodies
inline constexpr std::uint32_t eta_minutes_max = 24 * 60;
inline constexpr std::uint32_t roll_call_lifetime_hours = 24;
inline constexpr std::uint32_t roll_call_lifetime_hours_max = 7 * 24;
inline constexpr std::uint32_t shift_lifetime_hours = 14 * 24;
inline constexpr std::uint32_t shift_lifetime_hours_max = 30 * 24;
inline constexpr std::uint32_t shift_minutes_max = 24 * 60;
inline constexpr std::uint32_t shift_people_max = 99;
inline constexpr std::size_t plan_shifts_max = 64;   // that one file plans
inline constexpr std::size_t plan_file_bytes_max = 64 * 1024;
inline constexpr std::uint32_t plan_repeat_days_max = 14;
inline constexpr std::size_t library_text_bytes_max = 12'000;  // with the rest in 16,384
inline constexpr std::uint32_t library_version_max = 1'000'000;
/// That a vault keeps of one group; a text is one language of one item. The oldest go.
inline constexpr std::size_t library_texts_held_max = 256;
/// Of these the newest, which are said again for who joins.
inline constexpr std::size_t library_texts_said_again_max = 32;
inline constexpr std::uint32_t library_lifetime_hours = 366 * 24;  // where nothing replaces it
inline constexpr std::uint32_t detention_lifetime_hours = 30 * 24;
inline constexpr std::size_t rules_text_bytes_max = 4'000;
inline constexpr std::uint32_t rules_lifetime_hours = 366 * 24;
/// A sighting that nobody has claimed for so long is called out once more on every device.
inline constexpr auto unclaimed_patience = std::chrono::minutes(3);
/// After the start of a shift: who has not checked in by then is shown.
inline constexpr auto check_in_patience = std::chrono::minutes(5);
/// Of exported counts, smaller ones are not shown.
inline constexpr std::uint32_t export_cell_min = 5;

// ---- photos (clause 15.8) -------------------------------------------------------------------
/// Each fills an envelope of the largest size; all of them are what one session token pays for.
inline constexpr std::size_t attachment_chunks_max = 16;
static_assert(attachment_chunks_max * envelope_sizes_bytes.back() <= session_drop_bytes);
inline constexpr std::size_t attachment_bytes_max = attachment_chunks_max * payload_bytes_max;
inline constexpr std::size_t attachments_per_message_max = 4;
inline constexpr std::size_t uploads_max = 16;  // that wait in one vault
/// That are looked at in one mailbox, whatever else its author dropped there.
inline constexpr std::size_t attachment_envelopes_max = 4 * attachment_chunks_max;
/// Of a picture as it comes from a camera.
inline constexpr std::size_t photo_file_bytes_max = 64u << 20;
inline constexpr std::uint64_t photo_pixels_max = 64'000'000;
inline constexpr int photo_side_pixels_max = 1'600;  // of what is sent

// ---- the client's engine --------------------------------------------------------------------
inline constexpr auto reconnect_first = std::chrono::milliseconds(1'000);
inline constexpr auto reconnect_most = std::chrono::milliseconds(60'000);
inline constexpr auto tick_interval = 60s;
inline constexpr auto vault_lock_patience = std::chrono::milliseconds(10'000);
inline constexpr auto sync_patience = 60s;  // for everything one command does at the relay

}  // namespace porchlight::limits
