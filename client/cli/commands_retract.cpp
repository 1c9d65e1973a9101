// retract: takes back a text of one's own.
#include <algorithm>

#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/posting.hpp"
#include "client/core/short_name.hpp"
#include "proto/base/encoding.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

struct FoundText {
  GroupView group;
  MessageView message;
};

/// By "T-4K7QX" or a longer beginning, or by the whole id as --json has it: of one's own, which
/// nobody else can take back.
Result<FoundText> find_text(const Core& core, const std::string& typed, TimePoint now) {
  std::vector<FoundText> texts;
  std::vector<MessageView> views;
  for (const GroupView& group : core.groups()) {
    for (MessageView& message : core.live_messages(group.id, now)) {
      if (!message.body.has_text() || !message.mine) continue;
      if (hex_encode(message.id.view()) == typed) return FoundText{group, std::move(message)};
      views.push_back(message);
      texts.push_back({group, std::move(message)});
    }
  }
  const MessageView* found = find_by_short_name(views, 'T', typed);
  if (found != nullptr) return texts[static_cast<std::size_t>(found - views.data())];
  const bool is_several = std::count_if(views.begin(), views.end(), [&](const MessageView& view) {
                            return matches_short_name(view.id.view(), typed);
                          }) > 1;
  if (is_several) {
    return Error{Errc::usage, say(tr("Several texts of yours are called {0}: type the whole id, as "
                                     "porchlight --json listen --once shows it. Nothing was said."),
                                  one_line(typed))};
  }
  return Error{Errc::not_found,
               say(tr("There is no text {0} of yours here. Nothing was said: porchlight --json "
                      "listen --once shows the ids, and what somebody else said they alone can "
                      "take back."),
                   one_line(typed))};
}

Result<ExitCode> run_retract(Context& context, const std::string& typed) {
  TRY(const auto engine, context.open());
  TRY(const FoundText found, find_text(engine->core(), typed, context.now()));
  const Board board = engine->core().board(found.group.id, context.now());
  const std::string name = text_name(found.message.id);
  if (board.is_taken_back(found.message)) {
    return Error{Errc::conflict, say(tr("{0} was taken back already."), name)};
  }
  wire::Body body;
  body.mutable_retraction()->set_message(found.message.id.str());
  // Said later than the text, so that it ends later too.
  body.set_lifetime_hours(found.message.body.lifetime_hours());
  TRY(const ExitCode end,
      post_body(context, *engine, found.group, std::move(body), say(tr("{0} taken back"), name)));
  if (!context.out().json()) {
    context.out().say(tr("It is shown as taken back from now on; who has read it has read it."));
  }
  return end;
}

}  // namespace

Action define_retract(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  app.add_option("id", *id, tr("As porchlight post has shown it, or the whole id of --json"))
      ->type_name("T-ID")
      ->required();
  return [id](Context& context) { return run_retract(context, *id); };
}

}  // namespace porchlight::client
