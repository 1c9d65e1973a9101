#include "client/cli/program.hpp"
#include "proto/base/translate.hpp"

int main(int argc, char** argv) {
  porchlight::choose_language();
  return porchlight::client::run_program(argc, argv, porchlight::PasswordCost::moderate());
}
