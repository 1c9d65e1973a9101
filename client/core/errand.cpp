#include "client/core/errand.hpp"

#include "proto/wire/frame.hpp"

namespace porchlight::client {
namespace {

constexpr std::uint64_t request_id = 1;

}  // namespace

void ErrandSession::on_frame(ByteView frame) {
  if (error_) return;
  auto answer = parse_answer(frame);
  if (!answer.ok()) return fail(std::move(answer).error());
  switch (stage_) {
    case Stage::greeting:
      return on_greeting(*answer);
    case Stage::asked:
      return on_answer(*answer);
    case Stage::answered:
      return;
  }
}

void ErrandSession::on_greeting(const wire::Answer& answer) {
  const auto greeting = read_greeting(answer, relay_key_);
  if (!greeting.ok()) return fail(greeting.error());
  host_.on_relay_facts(greeting->facts);
  auto request = host_.errand_request(greeting->challenge);
  if (!request.ok()) return fail(std::move(request).error());
  request->set_id(request_id);
  enrolls_ = request->has_enroll();
  wire::append_frame(*request, output_);
  stage_ = Stage::asked;
}

void ErrandSession::on_answer(const wire::Answer& answer) {
  if (answer.id() == 0 && answer.has_failure()) return fail(describe(answer.failure()));
  const bool fits = answer.has_failure() || (enrolls_ ? answer.has_done() : answer.has_issued());
  if (answer.id() != request_id || !fits) {
    return fail({Errc::malformed,
                 "The relay answered what it was not asked, so the connection was ended. Nothing "
                 "was lost. If it happens again, tell the relay's operator."});
  }
  if (answer.has_failure()) refusal_ = describe(answer.failure());
  host_.on_errand_answer(answer);
  stage_ = Stage::answered;
}

Result<std::string> ErrandSession::step() {
  if (Status kept = host_.persist(); !kept.ok()) fail(std::move(kept).error());
  if (error_) return *error_;
  return std::exchange(output_, {});
}

void ErrandSession::fail(Error error) {
  if (!error_) error_ = std::move(error);
}

}  // namespace porchlight::client
