#include "tests/sim/describe.hpp"

#include "proto/base/encoding.hpp"
#include "proto/wire/envelope.hpp"
#include "proto/wire/mailbox.hpp"

namespace porchlight::sim {
namespace {

std::string brief(ByteView id) { return hex_encode(id.first(4)); }

std::string mailbox(const std::string& bytes) {
  const auto address = wire::MailboxAddress::decode(bytes);
  return address.ok() ? brief(address->id().view()) : "?";
}

std::string envelope(const std::string& bytes) {
  return brief(wire::envelope_hash(as_bytes(bytes)).view());
}

std::string place(std::uint64_t seq) {
  return std::to_string(seq >> 24) + ':' + std::to_string(seq & 0xff'ffff);
}

}  // namespace

std::string describe_request(const std::string& frame) {
  wire::Request request;
  request.ParseFromString(frame);
  const std::string id = std::to_string(request.id()) + ' ';
  switch (request.op_case()) {
    case wire::Request::kSpend:
      return id + "spend " + brief(as_bytes(request.spend().token().nonce())) + " week " +
             std::to_string(request.spend().token().week());
    case wire::Request::kProve:
      return id + "prove " + std::to_string(request.prove().right()) + ' ' +
             mailbox(request.prove().address());
    case wire::Request::kDrop:
      return id + "drop " + envelope(request.drop().envelope()) + " into " +
             mailbox(request.drop().address()) +
             (request.drop().has_if_last() ? " if last " + place(request.drop().if_last()) : "");
    case wire::Request::kCollect:
      return id + "collect " + mailbox(request.collect().address()) + " after " +
             place(request.collect().after_seq());
    case wire::Request::kErase:
      return id + "erase " + mailbox(request.erase().address());
    case wire::Request::kIssue:
      return id + "issue " + std::to_string(request.issue().kind());
    case wire::Request::kEnroll:
      return id + "enroll";
    case wire::Request::kPing:
      return id + "ping";
    case wire::Request::kAskPuzzle:
      return id + "asks for a puzzle";
    case wire::Request::kSolve:
      return id + "solves a puzzle";
    case wire::Request::OP_NOT_SET:
      return id + "nothing";
  }
  return id;
}

std::string describe_answer(const wire::Answer& answer) {
  const std::string id = std::to_string(answer.id()) + ' ';
  switch (answer.op_case()) {
    case wire::Answer::kFailure:
      return id + "failure " + std::to_string(answer.failure().code());
    case wire::Answer::kDropped:
      return id + "dropped at " + place(answer.dropped().seq());
    case wire::Answer::kDelivery:
      return id + "delivery " + envelope(answer.delivery().envelope()) + " at " +
             place(answer.delivery().seq());
    case wire::Answer::kCaughtUp:
      return id + "caught up";
    case wire::Answer::kBudget:
      return id + "budget " + std::to_string(answer.budget().drops()) + " drops " +
             std::to_string(answer.budget().proofs()) + " proofs";
    case wire::Answer::kRelayInfo:
      return id + "relay info";
    default:
      return id + "done";
  }
}

}  // namespace porchlight::sim
