// Asking a person: on the terminal itself, so that it works while stdin carries a link.
// Must not know: what is asked.
#pragma once

#include <string>

#include "proto/base/result.hpp"
#include "proto/base/secret.hpp"

namespace porchlight::client {

/// Whether somebody can be asked: stderr is a terminal, and there is one to read from.
bool can_ask();

/// One line, which may be empty; 'usage' when nobody can be asked.
Result<std::string> ask(std::string_view question);
/// The same without an echo, up to limits::passphrase_bytes_max bytes.
Result<SecretBytes> ask_hidden(std::string_view question);
/// 'usage' when nobody can be asked; `unasked` says how to do without.
Result<bool> confirm(std::string_view question, std::string_view unasked);

/// Text from stdin up to `bytes_max`, without the line break at its end. 'too_large' above that.
Result<std::string> read_stdin(std::size_t bytes_max);

/// The same from a file, or from stdin where `path` is "-". 'not_found' where it cannot be read.
Result<std::string> read_input(const std::string& path, std::size_t bytes_max);

/// The first line of a file descriptor, without its end. 'usage' when it cannot be read, is empty
/// or longer than limits::passphrase_bytes_max.
Result<SecretBytes> read_secret_line(int fd);

}  // namespace porchlight::client
