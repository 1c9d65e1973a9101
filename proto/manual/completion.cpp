#include "proto/manual/completion.hpp"

namespace porchlight::manual {
namespace {

std::string words(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& word : all) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// What a value can be completed to: words, or a kind of name. "@" where there is nothing to say.
std::string choices_of(const OptionFacts& option) {
  if (!option.choices.empty()) return words(option.choices);
  if (option.value == "FILE") return "@file";
  if (option.value == "DIR") return "@folder";
  return "@";
}

struct Tables {
  std::string commands;
  std::string options;
  std::string values;
};

std::string entry(const std::string& key, const std::string& value) {
  return "    [\"" + key + "\"]=\"" + value + "\"\n";
}

bool is_program(const CommandFacts& command) { return command.path.find(' ') == std::string::npos; }

void fill(Tables& tables, const CommandFacts& command) {
  std::vector<std::string> names;
  for (const CommandFacts& below : command.commands) {
    names.push_back(below.path.substr(command.path.size() + 1));
  }
  if (!names.empty()) tables.commands += entry(command.path, words(names));
  std::vector<std::string> options;
  for (const OptionFacts& option : command.options) {
    for (const std::string& name : option.names) {
      options.push_back(name);
      if (!option.value.empty()) {
        tables.values += entry(command.path + " " + name, choices_of(option));
      }
    }
  }
  if (is_program(command)) options.push_back("--help");
  tables.options += entry(command.path, words(options));
  for (const OptionFacts& place : command.places) {
    const std::string choices = choices_of(place);
    if (choices != "@") tables.values += entry(command.path, choices);
  }
  for (const CommandFacts& below : command.commands) fill(tables, below);
}

/// After the tables: where in the tree the words before the cursor lead, and what can follow.
constexpr const char* search = R"(
  local current=${COMP_WORDS[COMP_CWORD]} path=$program wanted= word i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    if [[ $word == = ]]; then
      continue
    elif [[ -n $wanted ]]; then
      wanted=
    elif [[ $word == -* ]]; then
      wanted=${values["$path $word"]-${values["$program $word"]-}}
    elif [[ " ${commands[$path]-} " == *" $word "* ]]; then
      path+=" $word"
    fi
  done
  [[ $current == = ]] && current=
  local choices=$wanted
  if [[ -z $wanted && $current == -* ]]; then
    choices=${options[$program]}
    [[ $path == "$program" ]] || choices+=" ${options[$path]-}"
  elif [[ -z $wanted ]]; then
    choices="${commands[$path]-} ${values[$path]-}"
  fi
  COMPREPLY=()
  case $choices in
    *@file)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    *@folder)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    *@) ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current") ;;
  esac
}
)";

}  // namespace

std::string completion(const CommandFacts& program) {
  Tables tables;
  fill(tables, program);
  const std::string& name = program.path;
  return "# What bash can complete after " + name + ", made of its own command tree.\n_" + name +
         "() {\n  local program=" + name + "\n  local -A commands=(\n" + tables.commands +
         "  )\n  local -A options=(\n" + tables.options + "  )\n  local -A values=(\n" +
         tables.values + "  )" + search + "complete -F _" + name + " " + name + "\n";
}

}  // namespace porchlight::manual
