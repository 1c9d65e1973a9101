#include "client/cli/watch_form.hpp"

#include "client/cli/text_width.hpp"

namespace porchlight::client {
namespace {

/// More than any field holds; the core says by how much a text is too long.
constexpr std::size_t typed_bytes_max = 4'096;

std::string trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

WatchForm::WatchForm(std::string title, Next next)
    : title_(std::move(title)), next_(std::move(next)) {
  ask_next();
}

void WatchForm::ask_next() {
  while (auto question = next_(answers_)) {
    question_ = *std::move(question);
    typed_ = question_.given;
    if (!question_.settled) return;
    answers_.push_back(*question_.settled);
  }
  state_ = State::complete;
}

void WatchForm::answer(std::string text) {
  answers_.push_back(std::move(text));
  ask_next();
}

void WatchForm::take_character(const std::string& text) {
  for (const WatchQuestion::Choice& choice : question_.choices) {
    if (text == std::string(1, choice.key)) return answer(choice.value);
  }
  if (question_.choices.empty() && typed_.size() + text.size() <= typed_bytes_max) typed_ += text;
}

WatchForm::State WatchForm::on_key(const WatchKey& key) {
  using Kind = WatchKey::Kind;
  if (key.kind == Kind::escape) state_ = State::left;
  if (key.kind == Kind::backspace) typed_ = without_last(typed_);
  if (key.kind == Kind::character) take_character(key.text);
  if (key.kind != Kind::enter || !question_.choices.empty()) return state_;
  std::string text = trimmed(typed_);
  if (text.empty() && question_.must_be_filled) return state_;
  // Anything but the one word is no.
  if (!question_.must_be.empty() && text != question_.must_be) return state_ = State::left;
  answer(std::move(text));
  return state_;
}

}  // namespace porchlight::client
