#include "tests/sim/talk.hpp"

#include "client/core/errand.hpp"

namespace porchlight::sim {
namespace {

using client::Lane;

class LaneTalk final : public Talk {
 public:
  LaneTalk(client::Core& core, client::Keeper& keeper, Lane lane, WatchedLane::Watch watch,
           const VerifyKey& relay_key)
      : lane_(lane),
        host_(core, keeper, lane, std::move(watch)),
        session_(host_, relay_key, extent(lane)) {}

  void on_frame(ByteView frame) override { session_.on_frame(frame); }
  Result<std::string> step() override { return session_.step(); }
  bool finished() override { return lane_ != Lane::collect && session_.at_rest(); }
  bool is_poor() const override { return session_.trouble().has_value(); }
  bool must_begin_anew() const override { return session_.must_begin_anew(); }
  bool at_rest() override { return session_.at_rest(); }
  void ping() override { session_.ping(); }

 private:
  static client::LaneSession::Extent extent(Lane lane) {
    return lane == Lane::collect ? client::LaneSession::Extent::live
                                 : client::LaneSession::Extent::until_caught_up;
  }

  Lane lane_;
  WatchedLane host_;
  client::LaneSession session_;
};

class ErrandTalk final : public Talk {
 public:
  ErrandTalk(client::Core& core, client::Keeper& keeper, client::Errand errand,
             const VerifyKey& relay_key)
      : host_(core, keeper, errand), session_(host_, relay_key) {}

  void on_frame(ByteView frame) override { session_.on_frame(frame); }
  Result<std::string> step() override { return session_.step(); }
  bool finished() override { return session_.done(); }
  bool is_poor() const override { return session_.refusal().has_value(); }
  bool at_rest() override { return session_.done(); }
  void ping() override {}

 private:
  client::CoreErrand host_;
  client::ErrandSession session_;
};

}  // namespace

std::unique_ptr<Talk> make_lane_talk(client::Core& core, client::Keeper& keeper, client::Lane lane,
                                     WatchedLane::Watch watch, const VerifyKey& relay_key) {
  return std::make_unique<LaneTalk>(core, keeper, lane, std::move(watch), relay_key);
}

std::unique_ptr<Talk> make_errand_talk(client::Core& core, client::Keeper& keeper,
                                       client::Errand errand, const VerifyKey& relay_key) {
  return std::make_unique<ErrandTalk>(core, keeper, errand, relay_key);
}

}  // namespace porchlight::sim
