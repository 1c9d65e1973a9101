// What a mailbox that is read here is to this device.
// Must not know: what is in it.
#pragma once

#include "client/core/channel.hpp"

namespace porchlight::client {

struct Place {
  enum class Kind {
    inbox,
    parcel,
    control,
    page,
    state,
    day,
    channel_control,
    channel_page,
    channel_list,
    channel_day,
    channel_reply,
    channel_door,
    attachment
  } kind = Kind::inbox;
  Group* group = nullptr;  // control, page, day
  Epoch* epoch = nullptr;  // control, day
  std::uint32_t day = 0;   // day, channel_day, channel_reply
  Channel* channel = nullptr;
  ChannelEpoch* channel_epoch = nullptr;  // channel_control, _day, _reply, _door
};

}  // namespace porchlight::client
