#include <toml++/toml.h>

#include <algorithm>
#include <array>

#include "client/cli/output.hpp"
#include "client/cli/shift_plan.hpp"
#include "client/core/text.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

constexpr std::array<std::string_view, 7> weekdays = {"sun", "mon", "tue", "wed",
                                                      "thu", "fri", "sat"};
constexpr std::array<std::string_view, 9> common_fields = {
    "site", "post", "zone", "from", "to", "people", "at_most", "note", "shift"};
constexpr std::array<std::string_view, 11> shift_fields = {
    "site", "post", "zone", "on", "from", "to", "people", "at_most", "note", "repeat", "until"};

class Reader {
 public:
  Reader(const std::string& name, const std::string& zone, Random& random, TimePoint now)
      : name_(name), zone_(zone), random_(random), now_(now) {}

  Result<std::vector<PlannedShift>> read(const toml::table& file) {
    CHECK(check_fields(file, common_fields));
    const toml::array* const entries = file["shift"].as_array();
    if (entries == nullptr || entries->empty()) {
      return Error{Errc::usage,
                   say(tr("{} plans no shift: each one begins with a line [[shift]]. Nothing was "
                          "planned."),
                       name_)};
    }
    common_ = &file;
    for (const toml::node& entry : *entries) {
      if (!entry.is_table()) return at(entry, "shift", tr("A shift begins with [[shift]]."));
      CHECK(read_shift(*entry.as_table()));
    }
    return std::move(planned_);
  }

 private:
  Error at(const toml::node& node, std::string_view field, const std::string& what) const {
    return {Errc::usage, say(tr("{0}, line {1}, {2}: {3} Nothing was planned."), name_,
                             node.source().begin.line, one_line(field), sentences(what, ""))};
  }

  template <class Names>
  Status check_fields(const toml::table& table, const Names& names) const {
    for (const auto& [key, node] : table) {
      if (std::find(names.begin(), names.end(), key.str()) == names.end()) {
        return at(node, key.str(), tr("There is no such field."));
      }
    }
    return Ok{};
  }

  /// Of the shift, or what the file says for all; null where neither says anything.
  const toml::node* find(const toml::table& entry, std::string_view field) const {
    if (const toml::node* own = entry.get(field)) return own;
    return field == "on" || field == "until" ? nullptr : common_->get(field);
  }

  Result<std::string> text(const toml::table& entry, std::string_view field) const {
    const toml::node* const node = find(entry, field);
    if (node == nullptr) return std::string();
    if (const auto* text = node->as_string()) return text->get();
    return at(*node, field, tr("This is to be a text in quotes."));
  }

  /// Of a place: "north gate".
  Result<std::string> name(const toml::table& entry, std::string_view field) const {
    TRY(std::string name, text(entry, field));
    if (name.empty() && field == "post") return name;
    if (name.empty()) return at(entry, field, tr("It is missing."));
    const Status fits = check_name(name, field);
    if (!fits.ok()) return at(*find(entry, field), field, fits.error().what);
    return name;
  }

  Result<std::uint32_t> number(const toml::table& entry, std::string_view field,
                               std::uint32_t otherwise) const {
    const toml::node* const node = find(entry, field);
    if (node == nullptr) return otherwise;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < 0 || *value > limits::shift_people_max) {
      return at(*node, field,
                say(tr("This is to be a number up to {}."), limits::shift_people_max));
    }
    return static_cast<std::uint32_t>(*value);
  }

  Result<LocalDay> day(const toml::table& entry, std::string_view field) const {
    const toml::node* const node = find(entry, field);
    if (node == nullptr) return at(entry, field, tr("It is missing."));
    if (const auto* date = node->as_date()) {
      const toml::date& value = date->get();
      return LocalDay(
          std::chrono::sys_days(std::chrono::year(value.year) / std::chrono::month(value.month) /
                                std::chrono::day(value.day))
              .time_since_epoch());
    }
    const auto parsed = parse_day(node->value_or(std::string()));
    if (!parsed.ok()) return at(*node, field, parsed.error().what);
    return *parsed;
  }

  Result<std::chrono::minutes> time(const toml::table& entry, std::string_view field) const {
    const toml::node* const node = find(entry, field);
    if (node == nullptr) return at(entry, field, tr("It is missing."));
    if (const auto* time = node->as_time(); time && time->get().second == 0) {
      return std::chrono::hours(time->get().hour) + std::chrono::minutes(time->get().minute);
    }
    const auto parsed = parse_time_of_day(node->value_or(std::string()));
    if (!parsed.ok()) return at(*node, field, parsed.error().what);
    return *parsed;
  }

  Result<SiteZone> zone(const toml::table& entry) const {
    TRY(const std::string name, text(entry, "zone"));
    auto zone = SiteZone::find(name.empty() ? zone_ : name);
    if (zone.ok()) return zone;
    const toml::node* const node = find(entry, "zone");
    return at(node ? *node : entry, "zone", zone.error().what);
  }

  Status read_shift(const toml::table& entry) {
    CHECK(check_fields(entry, shift_fields));
    TRY(const SiteZone site_zone, zone(entry));
    TRY(const LocalDay on, day(entry, "on"));
    TRY(const auto from, time(entry, "from"));
    TRY(const auto to, time(entry, "to"));
    ShiftDraft draft{{}, {}, {}, site_zone, on, from, to};
    TRY(draft.site, name(entry, "site"));
    TRY(draft.post, name(entry, "post"));
    TRY(draft.note, text(entry, "note"));
    if (const Status fits = check_field(draft.note, "the note", limits::field_bytes_max);
        !fits.ok()) {
      return at(*find(entry, "note"), "note", fits.error().what);
    }
    TRY(draft.people, number(entry, "people", 1));
    TRY(draft.at_most, number(entry, "at_most", 0));
    if (draft.at_most != 0 && draft.at_most < draft.people) {
      return at(*find(entry, "at_most"), "at_most", tr("It is fewer than people."));
    }
    TRY(const std::vector<LocalDay> on_days, days_of(entry, on));
    for (const LocalDay each : on_days) {
      draft.on = each;
      CHECK(plan(entry, draft));
    }
    return Ok{};
  }

  /// `on` alone, or all days that `repeat` names from then on until `until`.
  Result<std::vector<LocalDay>> days_of(const toml::table& entry, LocalDay on) const {
    const toml::node* const repeat = entry.get("repeat");
    const toml::node* const end = entry.get("until");
    if (repeat == nullptr && end == nullptr) return std::vector<LocalDay>{on};
    if (repeat == nullptr) return at(*end, "until", tr("It goes with repeat."));
    if (end == nullptr) return at(*repeat, "repeat", tr("It goes with until."));
    TRY(const LocalDay until, day(entry, "until"));
    if (until < on || until > on + std::chrono::days(limits::plan_repeat_days_max)) {
      return at(*end, "until",
                say(tr("It is to be from the first day to {} days after it."),
                    limits::plan_repeat_days_max));
    }
    TRY(const std::vector<unsigned> wanted, wanted_weekdays(*repeat));
    std::vector<LocalDay> all;
    for (LocalDay each = on; each <= until; each += std::chrono::days(1)) {
      const unsigned weekday = std::chrono::weekday(each).c_encoding();
      if (std::find(wanted.begin(), wanted.end(), weekday) != wanted.end()) all.push_back(each);
    }
    if (all.empty()) {
      return at(*repeat, "repeat", tr("None of these days is between the first and the last one."));
    }
    return all;
  }

  Result<std::vector<unsigned>> wanted_weekdays(const toml::node& repeat) const {
    const Error wrong =
        at(repeat, "repeat", tr("It is to be a list of weekdays: [\"mon\", \"wed\"]."));
    const toml::array* const names = repeat.as_array();
    if (names == nullptr || names->empty()) return wrong;
    std::vector<unsigned> wanted;
    for (const toml::node& each : *names) {
      const auto found = std::find(weekdays.begin(), weekdays.end(), each.value_or(std::string()));
      if (found == weekdays.end()) return wrong;
      wanted.push_back(static_cast<unsigned>(found - weekdays.begin()));
    }
    return wanted;
  }

  Status plan(const toml::table& entry, const ShiftDraft& draft) {
    if (planned_.size() == limits::plan_shifts_max) {
      return at(entry, "shift",
                say(tr("One file plans at most {} shifts."), limits::plan_shifts_max));
    }
    if (const auto from = draft.zone.at(draft.on, draft.from); !from.ok()) {
      return at(*find(entry, "from"), "from", from.error().what);
    }
    auto planned = plan_shift(draft, random_, now_);
    if (!planned.ok()) {
      const bool is_end = !draft.zone.at(last_day_of(draft), draft.to).ok();
      const std::string_view field = is_end ? "to" : "on";
      return at(*find(entry, field), field, planned.error().what);
    }
    planned_.push_back(std::move(planned).value());
    return Ok{};
  }

  const std::string& name_;
  const std::string& zone_;
  Random& random_;
  TimePoint now_;
  const toml::table* common_ = nullptr;
  std::vector<PlannedShift> planned_;
};

}  // namespace

Result<std::vector<PlannedShift>> read_shift_file(std::string_view text, const std::string& name,
                                                  const std::string& zone, Random& random,
                                                  TimePoint now) {
  try {
    const toml::table file = toml::parse(text, name);
    return Reader(name, zone, random, now).read(file);
  } catch (const toml::parse_error& error) {
    return Error{Errc::usage, say(tr("{0}, line {1}: this is no TOML ({2}). Nothing was planned."),
                                  name, error.source().begin.line, one_line(error.description()))};
  }
}

}  // namespace porchlight::client
