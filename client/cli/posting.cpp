#include "client/cli/posting.hpp"

#include "client/cli/photos.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

constexpr std::size_t text_name_chars = 5;

std::string label_of(const MessageView& message, const Board& board, const std::string& label) {
  if (!label.empty()) return label;
  for (const SightingView& sighting : board.sightings) {
    if (sighting.id == message.id) return sighting.short_id;
  }
  return message.body.has_text() ? text_name(message.id) : tr("Message");
}

}  // namespace

std::string text_name(const MessageId& id) { return "T-" + short_id(id, text_name_chars); }

Status be_let_in(Context& context, Engine& engine, const GroupView& group) {
  if (group.standing != GroupView::Standing::asking) return Ok{};
  TRY(const SyncReport report, context.sync(engine));
  for (const GroupView& known : engine.core().groups()) {
    if (known.id == group.id && known.standing != GroupView::Standing::asking) return Ok{};
  }
  if (report.trouble) context.out().warn(report.trouble->what);
  return Error{Errc::not_permitted,
               say(tr("You asked to join \"{}\" and are not approved yet. Nothing was posted: ask "
                      "whoever invited you to approve you, then post again."),
                   group.name)};
}

const MessageView* find_message(const std::vector<MessageView>& messages, const MessageId& id) {
  for (const MessageView& message : messages) {
    if (message.id == id) return &message;
  }
  return nullptr;
}

std::string fate_of(const MessageView& message, const Output& out, TimePoint now) {
  const bool stored = message.standing == MessageView::Standing::stored;
  return stored ? out.tinted(Output::Tone::good, tr("stored")) + " " +
                      short_time(message.received, now)
                : out.tinted(Output::Tone::warning, tr("queued")) + " " +
                      short_time(message.sent, now);
}

ExitCode end_of_posting(Context& context, Engine& engine, const SyncReport& report,
                        const MessageView& message) {
  const ExitCode end = context.end_of_sending(engine, report);
  const bool stored = message.standing == MessageView::Standing::stored;
  return stored || end != ExitCode::done ? end : ExitCode::queued;
}

Result<ExitCode> post_body(Context& context, Engine& engine, const GroupView& group,
                           wire::Body body, const std::string& label,
                           std::span<const Bytes> photos) {
  CHECK(be_let_in(context, engine, group));
  if (body.zone().empty()) body.set_zone(zone_name());
  const auto corrected = MessageId::from(as_bytes(body.supersedes()));
  TRY(const MessageId id, engine.core().post(group.id, std::move(body), context.now()));
  const MessageId shown = corrected.value_or(id);
  for (const Bytes& photo : photos) {
    const Status kept = engine.core().attach_photo(group.id, shown, photo, context.now());
    if (!kept.ok()) context.out().warn(kept.error().what);
  }
  TRY(const SyncReport report, context.sync(engine));
  const auto messages = engine.core().messages(group.id);
  const Board board = engine.core().board(group.id, context.now());
  const MessageView* message = find_message(messages, id);
  if (message == nullptr) {
    const auto held = engine.core().group(group.name);
    if (held.ok() && held->standing == GroupView::Standing::member) {
      return Error{Errc::conflict, tr("What you wrote reached the group, and somebody's newer word "
                                      "has taken its place: look at it, and write again what still "
                                      "holds.")};
    }
    return Error{
        Errc::not_permitted,
        say(tr("A lead has taken you out of \"{}\" meanwhile; what you wrote was not sent."),
            group.name)};
  }
  Output& out = context.out();
  const PhotoFate fate =
      photos.empty() ? PhotoFate{} : fate_of_photos(engine.core(), group, shown, context.now());
  if (out.json()) {
    Json fields = message_json(*message, group.name, board);
    if (fate.photos > 0) {
      fields["photos"] = fate.photos;
      fields["photo_chunks"] = fate.chunks;
      fields["photo_chunks_stored"] = fate.stored;
    }
    out.record("message", std::move(fields));
  } else {
    const std::string of_photos = photo_fate_text(fate);
    out.line(label_of(*message, board, label) + "  " + fate_of(*message, out, context.now()) +
             (of_photos.empty() ? "" : "   " + of_photos));
  }
  return end_of_posting(context, engine, report, *message);
}

}  // namespace porchlight::client
