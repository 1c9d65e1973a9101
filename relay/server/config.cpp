#include "relay/server/config.hpp"

#include "proto/base/translate.hpp"

#include <toml++/toml.h>
#include <boost/asio/ip/address.hpp>

#include <variant>

namespace porchlight::relay {
namespace {

struct Number {
  std::uint32_t Config::*member;
  std::uint32_t least;
  std::uint32_t most;
};
struct Text {
  std::string Config::*member;
  std::vector<std::string_view> choices;  // empty: anything
};
struct Host {
  wire::HostPort Config::*member;
};
struct Listen {
  std::vector<wire::HostPort> Config::*member;
};

struct Option {
  std::string_view name;
  std::string_view explanation;  // lines of a comment
  std::variant<Number, Text, Host, Listen> field;
};

const std::vector<Option>& options() {
  static const std::vector<Option> table = {
      {"host",
       "The host name or IP address, with the port, that people reach this relay at. It goes into\n"
       "every invite. Changing it does not change links that are already out.",
       Host{&Config::host}},
      {"listen",
       "Where the relay listens: IP addresses with ports. \"[::]:7443\" is every address of this\n"
       "machine; behind Tor, \"127.0.0.1:7443\" alone.",
       Listen{&Config::listen}},
      {"connections_max",
       "Connections at once. An idle one costs about 18 KiB; those above are refused as BUSY.",
       Number{&Config::connections_max, 16, 1'000'000}},
      {"ordinary_days",
       "Days for which envelopes are kept. At most 7; long-kept mailboxes always have their 30.",
       Number{&Config::ordinary_days, 1, limits::ordinary_days}},
      {"store_mib_max",
       "MiB that the store may take. Above it, and while the disk has less than 64 MiB free, the\n"
       "relay serves what it has and answers new drops with FULL.",
       Number{&Config::store_mib_max, 64, 64 * 1024 * 1024}},
      {"guest_drops",
       "What a guest may drop: somebody without a token who solved a puzzle, as those do who "
       "follow\n"
       "an event's invite. 0 lets no guests in, and event invites do not work here then.",
       Number{&Config::guest_drops, 0, limits::guest_drops}},
      {"inviter_wait_days",
       "Days before a new inviter's account gets tokens to invite others with, so that one stolen\n"
       "invite is not a flood of accounts.",
       Number{&Config::inviter_wait_days, 0, 365}},
      {"log_level", "How much the log says: error, warn, info or debug. It never names anybody.",
       Text{&Config::log_level, {"error", "warn", "info", "debug"}}},
      {"log_file", "A file for the log, beside stderr; empty for none.",
       Text{&Config::log_file, {}}},
  };
  return table;
}

std::string quoted(const std::string& text) {
  std::ostringstream out;
  const toml::value<std::string> value(text);
  out << toml::toml_formatter(value, toml::format_flags::none);
  return out.str();
}

std::string value_text(const Config& config, const Option& option) {
  struct Visitor {
    const Config& config;
    std::string operator()(const Number& n) const { return std::to_string(config.*n.member); }
    std::string operator()(const Text& t) const { return quoted(config.*t.member); }
    std::string operator()(const Host& h) const { return quoted((config.*h.member).str()); }
    std::string operator()(const Listen& l) const {
      std::string text;
      for (const wire::HostPort& at : config.*l.member) {
        text += (text.empty() ? "" : ", ") + quoted(at.str());
      }
      return "[" + text + "]";
    }
  };
  return std::visit(Visitor{config}, option.field);
}

Error at_line(const toml::source_position& where, const std::string& what) {
  return {Errc::usage, say(tr("porchlightd.toml, line {0}: {1}"), where.line, what)};
}
/// `sentence` has a place for the option's name first.
template <class... Args>
Error wrong(const toml::node& node, const Option& option, const char* sentence,
            const Args&... args) {
  return at_line(node.source().begin, say(sentence, option.name, args...));
}

/// Reads one option's value into its place.
struct Reader {
  Config& config;
  const Option& option;
  const toml::node& node;

  Status operator()(const Number& number) const {
    const auto value = node.value_exact<std::int64_t>();
    if (!value) return wrong(node, option, tr("{} must be a whole number."));
    if (*value < number.least || *value > number.most) {
      return wrong(node, option, tr("{0} must be from {1} to {2}."), number.least, number.most);
    }
    config.*number.member = static_cast<std::uint32_t>(*value);
    return Ok{};
  }
  Status operator()(const Text& text) const {
    const auto value = node.value_exact<std::string>();
    if (!value) return wrong(node, option, tr("{} must be text in quotes."));
    const auto& choices = text.choices;
    if (!choices.empty() && std::find(choices.begin(), choices.end(), *value) == choices.end()) {
      std::string all;
      for (const auto choice : choices) all += (all.empty() ? "" : ", ") + std::string(choice);
      return wrong(node, option, tr("{0} must be one of {1}."), all);
    }
    config.*text.member = *value;
    return Ok{};
  }
  Status operator()(const Host& host) const {
    TRY(config.*host.member, host_port(node));
    return Ok{};
  }
  Status operator()(const Listen& listen) const {
    const toml::array* array = node.as_array();
    if (!array || array->empty())
      return wrong(node, option, tr("{} must be a list like [\"[::]:7443\"]."));
    std::vector<wire::HostPort> all;
    for (const toml::node& entry : *array) {
      TRY(wire::HostPort at, host_port(entry));
      boost::system::error_code error;
      boost::asio::ip::make_address(at.host, error);
      if (error) return wrong(entry, option, tr("{} takes IP addresses, not names."));
      all.push_back(std::move(at));
    }
    config.*listen.member = std::move(all);
    return Ok{};
  }

  Result<wire::HostPort> host_port(const toml::node& entry) const {
    const auto value = entry.value_exact<std::string>();
    if (!value) return wrong(entry, option, tr("{} must be text in quotes."));
    auto at = wire::HostPort::parse(*value);
    if (!at.ok()) return wrong(entry, option, tr("{0} is wrong: {1}."), at.error().what);
    return at;
  }
};

Result<Config> read_table(const toml::table& table) {
  Config config;
  for (const auto& [key, node] : table) {
    const auto option =
        std::find_if(options().begin(), options().end(),
                     [name = key.str()](const Option& o) { return o.name == name; });
    if (option == options().end()) {
      return at_line(key.source().begin,
                     say(tr("there is no option '{}'; check its spelling."), key.str()));
    }
    CHECK(std::visit(Reader{config, *option, node}, option->field));
  }
  for (const std::string_view needed : {"host", "listen"}) {
    if (!table.contains(needed)) {
      return Error{Errc::usage, say(tr("porchlightd.toml lacks the option '{}'."), needed)};
    }
  }
  return config;
}

}  // namespace

std::vector<ConfigOption> config_options() {
  std::vector<ConfigOption> all;
  for (const Option& option : options()) {
    const bool must = option.name == "host" || option.name == "listen";
    all.push_back({option.name, must ? "" : value_text(Config{}, option), option.explanation});
  }
  return all;
}

std::string render_config(const Config& config) {
  std::string text =
      "# The relay's configuration, read when porchlightd starts. Every option stands here with "
      "the\n"
      "# value it has when it is left out, but for host and listen, which must be given.\n";
  for (const Option& option : options()) {
    text += "\n# ";
    for (const char c : option.explanation)
      text += c == '\n' ? std::string("\n# ") : std::string(1, c);
    text += "\n" + std::string(option.name) + " = " + value_text(config, option) + "\n";
  }
  return text;
}

Result<Config> parse_config(std::string_view text) {
  try {
    return read_table(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return at_line(error.source().begin, say(tr("this is not TOML: {}"), error.description()));
  }
}

}  // namespace porchlight::relay
