// verify: is it the right person.
#include "client/cli/commands.hpp"
#include "client/cli/show.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

/// Words and where whoever they belong to is in an audience; none where that is elsewhere.
struct Words {
  SafetyWords words;
  std::string channel = {};
};

/// Those of every audience that has somebody of that name; names differ within one.
std::vector<Words> words_in_audiences(const Core& core, const std::string& name) {
  std::vector<Words> found;
  for (const ChannelView& channel : core.channels()) {
    const auto audience = core.audience(channel.id);
    if (!audience.ok()) continue;  // this member is in it
    for (const AudienceView& entry : *audience) {
      if (entry.words && entry.name == name) found.push_back({*entry.words, channel.name});
    }
  }
  return found;
}

void show(Output& out, const std::string& name, const Words& words) {
  if (!out.json()) {
    return out.line(words.channel.empty() ? words_text(words.words)
                                          : say(tr("{0}   in the audience of \"{1}\""),
                                                words_text(words.words), one_line(words.channel)));
  }
  Json fields{{"name", name}, {"words", words_json(words.words)}};
  if (!words.channel.empty()) fields["channel"] = words.channel;
  out.record("words", std::move(fields));
}

Result<ExitCode> run_verify(Context& context, const std::string& name) {
  TRY(const auto engine, context.open());
  std::vector<Words> found = words_in_audiences(engine->core(), name);
  auto known = engine->core().safety_words(name);
  if (known.ok()) found.insert(found.begin(), Words{*known});
  if (found.empty()) return std::move(known).error();
  for (const Words& words : found) show(context.out(), name, words);
  if (!context.out().json()) {
    context.out().say(say(tr("Compare them with {} by voice or in person: the same six on both "
                             "sides mean that nobody is in between."),
                          one_line(name)));
  }
  return ExitCode::done;
}

}  // namespace

Action define_verify(CLI::App& app) {
  auto name = std::make_shared<std::string>();
  app.add_option("name", *name,
                 tr("Somebody in one of your groups, or in the audience of its channels"))
      ->type_name(tr("NAME"))
      ->required();
  return [name](Context& context) { return run_verify(context, *name); };
}

}  // namespace porchlight::client
