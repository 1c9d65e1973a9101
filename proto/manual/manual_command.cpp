#include "proto/manual/manual_command.hpp"

#include <iostream>
#include <memory>

#include "proto/manual/completion.hpp"
#include "proto/manual/reference.hpp"

namespace porchlight::manual {

void add_manual_command(CLI::App& app, Parts more) {
  more["reference"] = [&app] { return reference(facts_of(app)); };
  more["completion"] = [&app] { return completion(facts_of(app)); };
  CLI::App* const command = app.add_subcommand("manual", "Parts of the man page, for packagers");
  command->group("");  // hidden
  auto part = std::make_shared<std::string>();
  command->add_option("part", *part, "Which")->required();
  command->callback([part, parts = std::move(more)] {
    const auto found = parts.find(*part);
    if (found == parts.end()) throw CLI::ValidationError("part", "there is no " + *part);
    std::cout << found->second() << std::flush;
    throw CLI::Success();
  });
}

}  // namespace porchlight::manual
