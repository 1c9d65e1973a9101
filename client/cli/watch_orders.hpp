// What a person does from the board: which questions it takes, and how it is done. Nothing here
// talks to the relay: what is said is kept, shows as queued, and leaves by itself.
// Must not know: terminals, keys of the keyboard.
#pragma once

#include "client/cli/watch_form.hpp"
#include "client/cli/watch_model.hpp"

namespace porchlight::client {

struct WatchOrder {
  enum class Kind : std::uint8_t {
    claim,
    confirm,
    dismiss,
    close,
    report,
    post,
    broadcast,
    clear,       // an alert is over
    call_again,  // the silent of an alert
    dismiss_warning,
  } kind;
  std::optional<ItemId> about;  // what is selected
  std::string name = {};        // of it: "S-4K7"
  std::vector<std::string> answers = {};
  /// A person has said that so many are meant.
  enum class Sure : std::uint8_t { no, yes } sure = Sure::no;
};

struct WatchOutcome {
  std::string said;  // what was done
  /// Instead of that nothing was done: it is to be asked first, and typed yes to.
  std::optional<std::string> ask_first = {};
};

/// Ok where `order` can be about what is selected; otherwise what to select first.
Status check_order(const WatchOrder& order, const WatchFacts& facts);
/// "Claim S-4K7".
std::string title_of(const WatchOrder& order);
/// The questions of `order`; with `ask_first`, that one alone.
WatchForm::Next questions_of(const WatchOrder& order, const WatchFacts& facts);
WatchForm::Next question_first(std::string ask_first);

/// Does it; to be kept by whoever has the vault. An error says that nothing was done.
Result<WatchOutcome> carry_out(const WatchOrder& order, Core& core, TimePoint now);

}  // namespace porchlight::client
