#include "client/cli/program.hpp"

int main(int argc, char** argv) {
  return porchlight::client::run_program(argc, argv, porchlight::PasswordCost::moderate());
}
