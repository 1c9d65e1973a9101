// What a group's frame and a channel's have in common inside: a body, cites, and what their author
// saw of the relay's token keys (clauses 12.3 and 14.6).
// Must not know: where a frame belongs, who signs it.
#pragma once

#include "client/core/codec.hpp"
#include "client/core/frame.hpp"
#include "proto/base/limits.hpp"
#include "proto/wire/group.pb.h"

namespace porchlight::client {

/// `Message` is wire::FrameBody or wire::ChannelContent. Whoever serialised it wipes its body.
template <class Message>
void write_fields(Message& message, const FrameContent& content) {
  message.set_body(to_string(content.body.reveal()));
  PORCHLIGHT_ASSERT(content.cites.size() <= limits::cites_max);
  for (const Cite& cite : content.cites) {
    wire::Cite* added = message.add_cites();
    added->set_frame(cite.frame.str());
    added->set_epoch(cite.epoch);
    added->set_day(cite.day);
  }
  if (content.keys_digest) {
    message.set_keys_week(content.keys_week);
    message.set_keys_digest(content.keys_digest->str());
  }
}

/// Wipes the message's body. 'malformed' for what cannot be.
template <class Message>
Result<FrameContent> read_fields(Message& message) {
  FrameContent content;
  content.body = SecretBytes(as_bytes(message.body()));
  wipe_text(*message.mutable_body());
  if (message.cites_size() > static_cast<int>(limits::cites_max)) {
    return Error{Errc::malformed, "a frame cites too many others"};
  }
  for (const wire::Cite& cite : message.cites()) {
    Cite& read_cite = content.cites.emplace_back(Cite{{}, cite.epoch(), cite.day()});
    if (!read(read_cite.frame, cite.frame())) {
      return Error{Errc::malformed, "a frame cites something of an impossible size"};
    }
  }
  content.keys_week = message.keys_week();
  if (!message.keys_digest().empty() &&
      !read(content.keys_digest.emplace(), message.keys_digest())) {
    return Error{Errc::malformed, "a frame holds a digest of an impossible size"};
  }
  return content;
}

}  // namespace porchlight::client
