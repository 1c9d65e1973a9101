// What a person does from the board: which questions it takes, and how it is done. Nothing here
// talks to the relay: what is said is kept, shows as queued, and leaves by itself.
// Must not know: terminals, keys of the keyboard.
#pragma once

#include "client/cli/watch_form.hpp"
#include "client/cli/watch_model.hpp"

namespace porchlight::client {

struct WatchOrder {
  enum class Kind : std::uint8_t {
    claim,  // or take over
    release,
    confirm,
    dismiss,
    close,
    take_back,
    report,
    post,
    broadcast,
    clear,       // an alert is over, or corrected
    call_again,  // the silent of an alert
    call_roll,
    answer_ok,  // these three answer a roll call
    answer_need_help,
    answer_urgent,
    take_place,  // on a shift
    give_back,
    check_in,
    check_out,
    let_in,  // who asks
    turn_down,
    dismiss_warning,
  } kind;
  std::optional<ItemId> about;  // what is selected, until aim() has seen it
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

/// Ok where `order` can be about what is selected, or where it is clear what else it is about,
/// which is then filled in; otherwise what to select first, or why it would change nothing.
Status aim(WatchOrder& order, const WatchFacts& facts);
/// "Claim S-4K7".
std::string title_of(const WatchOrder& order, const WatchFacts& facts);
/// The questions of `order`; with `ask_first`, that one alone.
WatchForm::Next questions_of(const WatchOrder& order, const WatchFacts& facts);
WatchForm::Next question_first(std::string ask_first);

/// Does it; to be kept by whoever has the vault. An error says that nothing was done.
Result<WatchOutcome> carry_out(const WatchOrder& order, Core& core, TimePoint now);

}  // namespace porchlight::client
