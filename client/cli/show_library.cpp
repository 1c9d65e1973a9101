#include "client/cli/show_library.hpp"

#include <algorithm>

#include "client/cli/site_time.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/short_name.hpp"
#include "proto/base/encoding.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

std::string called(const std::string& id) {
  const auto item = MessageId::from(as_bytes(id));
  return item ? "L-" + short_id(*item, short_name_chars_min) : std::string(tr("an item"));
}

std::string language_or_none(const wire::LibraryItem& item) {
  return item.language().empty() ? std::string(tr("no language given"))
                                 : language_name(item.language());
}

std::string languages_text(const LibraryItemView& item) {
  std::string all;
  for (const LibraryText& text : item.texts) {
    const std::string name = language_or_none(text.item());
    const bool is_older = text.item().version() < item.version;
    all += (all.empty() ? "" : ", ") +
           (is_older ? say(tr("{0} (version {1})"), name, text.item().version()) : name);
  }
  return all;
}

Json edition_json(const wire::LibraryItem& item, TimePoint now) {
  Json fields{{"language", item.language()},
              {"version", item.version()},
              {"title", item.title()},
              {"jurisdiction", item.jurisdiction()},
              {"reviewer", item.reviewer()}};
  if (item.review_by_day() != 0) fields["review_by"] = day_text(item.review_by_day());
  fields["past_review"] = is_past_review(item, now);
  return fields;
}

}  // namespace

Library library_of(const Core& core, const GroupId& group, TimePoint now) {
  return make_library(core.live_messages(group, now));
}

Result<FoundItem> find_item(const Core& core, const std::string& short_id, TimePoint now) {
  std::vector<FoundItem> found;
  for (const GroupView& group : core.groups()) {
    const Library library = library_of(core, group.id, now);
    if (const LibraryItemView* item = library.find(short_id)) found.push_back({group, *item});
  }
  if (found.size() == 1) return std::move(found.front());
  if (found.empty()) {
    return Error{Errc::not_found,
                 say(tr("There is nothing called {} in the library here: porchlight library list "
                        "shows what there is."),
                     one_line(short_id))};
  }
  return Error{Errc::not_found, say(tr("More than one thing is called {}: write more letters of "
                                       "it."),
                                    one_line(short_id))};
}

std::string language_name(const std::string& language) {
  const std::string primary = language.substr(0, language.find('-'));
  if (primary == "ar") return tr("Arabic");
  if (primary == "en") return tr("English");
  if (primary == "es") return tr("Spanish");
  if (primary == "fr") return tr("French");
  if (primary == "ht") return tr("Haitian Creole");
  if (primary == "pt") return tr("Portuguese");
  if (primary == "so") return tr("Somali");
  if (primary == "tl") return tr("Tagalog");
  if (primary == "vi") return tr("Vietnamese");
  if (primary == "zh") return tr("Chinese");
  return one_line(language);
}

std::vector<std::string> cautions(const LibraryItemView& item, const ChosenText& text,
                                  TimePoint now) {
  std::vector<std::string> all;
  const wire::LibraryItem& said = text.text->item();
  if (!text.fits && !said.language().empty()) {
    all.push_back(item.texts.size() == 1
                      ? say(tr("This is there only in {}."), language_name(said.language()))
                      : say(tr("This is not there in your language; here it is in {}."),
                            language_name(said.language())));
  }
  if (said.version() < item.version) {
    all.push_back(say(tr("This is version {0}, and not the newest: version {1} is there in {2}."),
                      said.version(), item.version, language_or_none(item.texts.front().item())));
  }
  if (is_past_review(said, now)) {
    all.push_back(
        say(tr("This was to be looked over by {0}, and may be out of date: ask {1}."),
            day_text(said.review_by_day()),
            said.reviewer().empty() ? tr("whoever keeps the library") : one_line(said.reviewer())));
  }
  return all;
}

std::vector<std::string> item_row(const LibraryItemView& item,
                                  std::span<const std::string> languages, TimePoint now) {
  const ChosenText chosen = choose_text(item, languages);
  const bool is_late =
      std::any_of(item.texts.begin(), item.texts.end(),
                  [&](const LibraryText& text) { return is_past_review(text.item(), now); });
  return {item.short_id, one_line(chosen.text->item().title()), say(tr("version {}"), item.version),
          languages_text(item), is_late ? std::string(tr("past its review")) : std::string()};
}

void show_item(Output& out, const FoundItem& found, const ChosenText& text, TimePoint now) {
  const wire::LibraryItem& item = text.text->item();
  out.line(found.item.short_id + "  " + one_line(item.title()));
  const auto field = [&](const char* label, const std::string& value) {
    if (!value.empty()) out.line("  " + std::string(label) + "  " + value);
  };
  field(tr("version"), std::to_string(item.version()));
  field(tr("language"), language_or_none(item));
  field(tr("also in"), found.item.texts.size() > 1 ? languages_text(found.item) : "");
  field(tr("jurisdiction"), one_line(item.jurisdiction()));
  field(tr("reviewer"), one_line(item.reviewer()));
  field(tr("review by"), item.review_by_day() == 0 ? "" : day_text(item.review_by_day()));
  field(tr("added by"), one_line(text.text->message.sender_name));
  for (const std::string& caution : cautions(found.item, text, now)) {
    out.line(out.tinted(Output::Tone::warning, "! " + caution));
  }
  out.line("");
  std::string_view rest = item.text();
  while (true) {
    const std::size_t end = rest.find('\n');
    out.line(one_line(rest.substr(0, end)));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
}

Json item_json(const FoundItem& found, TimePoint now) {
  Json fields{{"item", found.item.short_id},
              {"id", hex_encode(found.item.id.view())},
              {"group", found.group.name},
              {"version", found.item.version},
              {"withdrawn", found.item.is_withdrawn()}};
  Json texts = Json::array();
  for (const LibraryText& text : found.item.texts) texts.push_back(edition_json(text.item(), now));
  fields["languages"] = std::move(texts);
  return fields;
}

Json text_json(const FoundItem& found, const ChosenText& text, TimePoint now) {
  Json fields = item_json(found, now);
  fields["chosen"] = edition_json(text.text->item(), now);
  fields["fits"] = text.fits;
  fields["cautions"] = cautions(found.item, text, now);
  fields["text"] = text.text->item().text();
  return fields;
}

std::string library_text(const wire::LibraryItem& item) {
  if (item.text().empty()) {
    return say(tr("{0} withdrawn from the library: {1}"), called(item.item()),
               one_line(item.title()));
  }
  return say(tr("{0} in the library: {1}, version {2}, {3}"), called(item.item()),
             one_line(item.title()), item.version(), language_or_none(item));
}

void add_library(Json& fields, const wire::LibraryItem& item) {
  fields["kind"] = "library_item";
  fields["item"] = called(item.item());
  fields["version"] = item.version();
  fields["title"] = item.title();
  fields["language"] = item.language();
  fields["withdrawn"] = item.text().empty();
}

}  // namespace porchlight::client
