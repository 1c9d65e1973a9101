// post: a text to a group.
#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/posting.hpp"
#include "client/cli/terminal.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

Result<ExitCode> run_post(Context& context, const std::vector<std::string>& words) {
  if (words.size() > 2) {
    return Error{Errc::usage, say(tr("A text of several words stands in quotes: porchlight post {} "
                                     "\"...\". Nothing was posted."),
                                  words.front())};
  }
  const bool names_group = words.size() == 2;
  std::string text = words.back();
  if (text == "-") {
    TRY(text, read_stdin(limits::text_bytes_max));
    std::erase(text, '\r');  // lines from elsewhere may end in two characters
  }
  TRY(const auto engine, context.open());
  // A group's name alone is a text that was forgotten, not a text.
  if (!names_group && engine->core().group(text).ok()) {
    return Error{
        Errc::usage,
        say(tr("Say what to post: porchlight post {} \"...\". Nothing was posted."), text)};
  }
  TRY(const GroupView group, pick_group(engine->core(), names_group ? words[0] : ""));
  wire::Body body;
  body.mutable_text()->set_text(text);
  return post_body(context, *engine, group, std::move(body), "");
}

}  // namespace

Action define_post(CLI::App& app) {
  auto words = std::make_shared<std::vector<std::string>>();
  app.add_option("words", *words,
                 tr("The group (may be left out where there is only one) and the text; - reads the "
                    "text from stdin"))
      ->type_name(tr("[GROUP] TEXT"))
      ->required()
      ->expected(1, -1);
  return [words](Context& context) { return run_post(context, *words); };
}

}  // namespace porchlight::client
