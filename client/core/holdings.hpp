// Everything the core holds, each part as its own header has it.
// Must not know: what is done with more than one of them.
#pragma once

#include "client/core/attachment_fetch.hpp"
#include "client/core/channel.hpp"
#include "client/core/cursors.hpp"
#include "client/core/enrolment.hpp"
#include "client/core/group.hpp"
#include "client/core/kept.hpp"
#include "client/core/me.hpp"
#include "client/core/outbox.hpp"
#include "client/core/people.hpp"
#include "client/core/restored.hpp"
#include "client/core/tally.hpp"
#include "client/core/uploads.hpp"
#include "client/core/welcome.hpp"

namespace porchlight::client {

struct Holdings {
  Holdings(Me me_, Random& random_)
      : me(std::move(me_)),
        random(random_),
        warnings(journal),
        relay(journal, warnings),
        restored(journal),
        wallet(journal, random),
        enrolment({journal, random, warnings, wallet, relay}),
        outbox(journal),
        cursors(journal),
        messages(journal),
        people(journal),
        kept(journal),
        tallies(journal),
        uploads(journal) {}
  Holdings(const Holdings&) = delete;
  Holdings& operator=(const Holdings&) = delete;

  Me me;
  Random& random;
  Journal journal;
  Warnings warnings;
  RelayView relay;
  Restored restored;
  Wallet wallet;
  Enrolment enrolment;
  Outbox outbox;
  Cursors cursors;
  Messages messages;
  People people;
  Kept kept;
  Tallies tallies;
  Uploads uploads;
  std::map<GroupId, Group> groups;
  std::map<ChannelId, Channel> channels;
  /// Where a group stopped in its control mailbox; nothing after it is read (clause 10.2).
  std::map<GroupId, std::uint64_t> halted_at;
  /// A photo that a person asked for; never kept.
  std::optional<AttachmentFetch> fetch;
  /// When the present connection of Lane::collect began; never kept.
  std::optional<TimePoint> collecting_since;
  /// It has read mailboxes that are to be read from their beginning again; never kept.
  bool reads_anew = false;
};

}  // namespace porchlight::client
