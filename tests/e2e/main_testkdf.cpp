// porchlight with the cheapest passphrase hashing there is, for tests that start it a hundred
// times. A program of its own and not an option of the real one, so that nobody can weaken a vault
// by mistake; it is neither installed nor part of any other target.
#include "client/cli/program.hpp"
#include "proto/base/translate.hpp"

int main(int argc, char** argv) {
  porchlight::choose_language();
  return porchlight::client::run_program(argc, argv, porchlight::PasswordCost::minimum());
}
