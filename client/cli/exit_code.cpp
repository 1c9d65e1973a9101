#include "client/cli/exit_code.hpp"

namespace porchlight::client {

ExitCode exit_code_of(Errc code) {
  switch (code) {
    case Errc::usage:
    case Errc::too_large:
      return ExitCode::usage;
    case Errc::locked:
    case Errc::wrong_passphrase:
      return ExitCode::locked;
    case Errc::not_permitted:
      return ExitCode::not_permitted;
    case Errc::unreachable:
    case Errc::no_tokens:
      return ExitCode::queued;
    case Errc::full:
    case Errc::refused:
      return ExitCode::refused;
    case Errc::wrong_identity:
    case Errc::not_authentic:
      return ExitCode::security;
    case Errc::not_found:
    case Errc::expired:
    case Errc::used:
      return ExitCode::not_found;
    case Errc::update_needed:
      return ExitCode::update_needed;
    case Errc::malformed:
    case Errc::conflict:
    case Errc::storage:
      return ExitCode::failure;
  }
  return ExitCode::failure;
}

const char* name_of(Errc code) {
  switch (code) {
    case Errc::usage:
      return "usage";
    case Errc::malformed:
      return "malformed";
    case Errc::too_large:
      return "too_large";
    case Errc::not_authentic:
      return "not_authentic";
    case Errc::wrong_identity:
      return "wrong_identity";
    case Errc::wrong_passphrase:
      return "wrong_passphrase";
    case Errc::locked:
      return "locked";
    case Errc::not_permitted:
      return "not_permitted";
    case Errc::not_found:
      return "not_found";
    case Errc::expired:
      return "expired";
    case Errc::used:
      return "used";
    case Errc::no_tokens:
      return "no_tokens";
    case Errc::conflict:
      return "conflict";
    case Errc::full:
      return "full";
    case Errc::unreachable:
      return "unreachable";
    case Errc::refused:
      return "refused";
    case Errc::update_needed:
      return "update_needed";
    case Errc::storage:
      return "storage";
  }
  return "failure";
}

}  // namespace porchlight::client
