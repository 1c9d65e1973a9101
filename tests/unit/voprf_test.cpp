#include "proto/crypto/voprf.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "proto/base/limits.hpp"
#include "tests/unit/vectors.hpp"

namespace porchlight::voprf {
namespace {

using testing::from_hex;
using testing::hex;
using testing::read_vectors;
using testing::unhex;

// ---- the RFC's vectors ----------------------------------------------------------------------

const nlohmann::json& rfc() {
  static const auto suite = read_vectors("rfc9497-voprf-ristretto255-sha512.json");
  return suite;
}

// A batch's values stand in one string, with commas between them.
std::vector<std::string> parts(const nlohmann::json& value) {
  std::vector<std::string> result;
  std::istringstream in(value.get<std::string>());
  for (std::string part; std::getline(in, part, ',');) result.push_back(part);
  return result;
}

template <class Value>
std::vector<Value> all(const nlohmann::json& value) {
  std::vector<Value> result;
  for (const std::string& part : parts(value)) result.push_back(from_hex<Value>(part));
  return result;
}

KeyPair rfc_key(const nlohmann::json& suite) {
  return {from_hex<PrivateKey>(suite["skSm"]), from_hex<PublicKey>(suite["pkSm"])};
}

// Inputs own their bytes; finalize() takes views.
struct Batch {
  std::vector<Bytes> inputs;
  std::vector<Blinded> blinded;

  std::vector<ByteView> input_views() const { return {inputs.begin(), inputs.end()}; }
  std::vector<Element> elements() const {
    std::vector<Element> result;
    for (const Blinded& each : blinded) result.push_back(each.element);
    return result;
  }
  Result<std::vector<Output>> finalize(const Evaluation& evaluation, const PublicKey& key) const {
    const auto views = input_views();
    return voprf::finalize(views, blinded, evaluation, key);
  }
};

Batch rfc_batch(const nlohmann::json& vector) {
  Batch batch;
  for (const std::string& input : parts(vector["Input"])) batch.inputs.push_back(unhex(input));
  auto blinds = all<Blind>(vector["Blind"]);
  for (std::size_t i = 0; i < batch.inputs.size(); ++i) {
    auto blinded = blind_with(batch.inputs[i], std::move(blinds.at(i)));
    batch.blinded.push_back(std::move(blinded).value());
  }
  return batch;
}

TEST(Voprf, HasTheVectorsOfOneSuiteAndModeWithABatchAmongThem) {
  const auto& suite = rfc();
  EXPECT_EQ(suite["identifier"], "ristretto255-SHA512");
  EXPECT_EQ(suite["mode"], 1);
  ASSERT_EQ(suite["vectors"].size(), 3u);
  EXPECT_EQ(suite["vectors"][2]["Batch"], 2);
}

TEST(Voprf, DerivesTheKeyPairOfTheRfc) {
  const auto& suite = rfc();
  const KeyPair pair = derive_key_pair(from_hex<Seed>(suite["seed"]), unhex(suite["keyInfo"]));
  EXPECT_EQ(hex_encode(pair.private_key.reveal()), suite["skSm"]);
  EXPECT_EQ(hex(pair.public_key), suite["pkSm"]);
  EXPECT_EQ(public_key(pair.private_key).value(), pair.public_key);
}

TEST(Voprf, BlindsAsTheRfc) {
  for (const auto& vector : rfc()["vectors"]) {
    EXPECT_EQ(rfc_batch(vector).elements(), all<Element>(vector["BlindedElement"]));
  }
}

TEST(Voprf, EvaluatesAndProvesAsTheRfc) {
  const auto& suite = rfc();
  for (const auto& vector : suite["vectors"]) {
    const auto blinded = all<Element>(vector["BlindedElement"]);
    const auto nonce = from_hex<Blind>(vector["Proof"]["r"]);
    const auto evaluation = blind_evaluate_with(rfc_key(suite), blinded, nonce);
    ASSERT_TRUE(evaluation.ok());
    EXPECT_EQ(evaluation->elements, all<Element>(vector["EvaluationElement"]));
    EXPECT_EQ(hex(evaluation->proof), vector["Proof"]["proof"]);
  }
}

TEST(Voprf, FinalizesAsTheRfc) {
  const auto& suite = rfc();
  for (const auto& vector : suite["vectors"]) {
    const Evaluation evaluation{all<Element>(vector["EvaluationElement"]),
                                from_hex<Proof>(vector["Proof"]["proof"])};
    const auto outputs = rfc_batch(vector).finalize(evaluation, rfc_key(suite).public_key);
    ASSERT_TRUE(outputs.ok());
    EXPECT_EQ(*outputs, all<Output>(vector["Output"]));
  }
}

TEST(Voprf, ComputesTheOutputAgainAsTheRfc) {
  const auto& suite = rfc();
  for (const auto& vector : suite["vectors"]) {
    const auto inputs = parts(vector["Input"]);
    const auto outputs = all<Output>(vector["Output"]);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      EXPECT_EQ(evaluate(rfc_key(suite).private_key, unhex(inputs[i])).value(), outputs.at(i));
    }
  }
}

// ---- the protocol among ourselves -----------------------------------------------------------

class VoprfExchange : public ::testing::Test {
 protected:
  KeyPair new_key() { return derive_key_pair(random_.secret<Seed>(), as_bytes("test")); }
  Batch new_batch(std::size_t size) {
    Batch batch;
    for (std::size_t i = 0; i < size; ++i) {
      batch.inputs.push_back(to_bytes(random_.fixed<TokenNonce>().view()));
      batch.blinded.push_back(blind(batch.inputs.back(), random_).value());
    }
    return batch;
  }
  Evaluation evaluate_batch(const KeyPair& key, const Batch& batch) {
    return blind_evaluate(key, batch.elements(), random_).value();
  }

  SystemRandom random_;
  const KeyPair key_ = new_key();
  const Batch batch_ = new_batch(3);
  const Evaluation evaluation_ = evaluate_batch(key_, batch_);
};

TEST_F(VoprfExchange, ALargestBatchGivesTheOutputsTheRelayComputesAgain) {
  const Batch batch = new_batch(limits::issue_batch_max);
  const auto outputs = batch.finalize(evaluate_batch(key_, batch), key_.public_key);
  ASSERT_TRUE(outputs.ok());
  ASSERT_EQ(outputs->size(), limits::issue_batch_max);
  for (std::size_t i = 0; i < outputs->size(); ++i) {
    EXPECT_EQ((*outputs)[i], evaluate(key_.private_key, batch.inputs[i]).value());
  }
}

TEST_F(VoprfExchange, BlindsTheSameInputDifferentlyEachTime) {
  const Bytes input = {1, 2, 3};
  EXPECT_NE(blind(input, random_)->element, blind(input, random_)->element);
}

TEST_F(VoprfExchange, AnotherInfoMakesAnotherKeyFromTheSameSeed) {
  const Seed seed = random_.secret<Seed>();
  EXPECT_NE(derive_key_pair(seed, as_bytes("a")).public_key,
            derive_key_pair(seed, as_bytes("b")).public_key);
}

// ---- attacks on the client ------------------------------------------------------------------

TEST_F(VoprfExchange, RefusesAnEvaluationUnderAnotherKey) {
  const auto result = batch_.finalize(evaluate_batch(new_key(), batch_), key_.public_key);
  EXPECT_EQ(result.error().code, Errc::not_authentic);
}

TEST_F(VoprfExchange, RefusesOneElementUnderAnotherKeyAmongGoodOnes) {
  Evaluation evaluation = evaluation_;
  evaluation.elements[1] = evaluate_batch(new_key(), batch_).elements[1];
  EXPECT_EQ(batch_.finalize(evaluation, key_.public_key).error().code, Errc::not_authentic);
}

TEST_F(VoprfExchange, RefusesSwappedElements) {
  Evaluation evaluation = evaluation_;
  std::swap(evaluation.elements[0], evaluation.elements[2]);
  EXPECT_EQ(batch_.finalize(evaluation, key_.public_key).error().code, Errc::not_authentic);
}

TEST_F(VoprfExchange, RefusesAProofOfAnotherBatchUnderTheSameKey) {
  Evaluation evaluation = evaluation_;
  evaluation.proof = evaluate_batch(key_, new_batch(3)).proof;
  EXPECT_EQ(batch_.finalize(evaluation, key_.public_key).error().code, Errc::not_authentic);
}

TEST_F(VoprfExchange, RefusesAProofWithAnyByteChanged) {
  for (std::size_t i = 0; i < Proof::size_bytes; ++i) {
    Evaluation evaluation = evaluation_;
    evaluation.proof.data()[i] ^= 1;
    EXPECT_EQ(batch_.finalize(evaluation, key_.public_key).error().code, Errc::not_authentic) << i;
  }
}

// The group's order, little-endian.
Bytes order() { return unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"); }

void add_order(std::span<Byte> scalar) {
  unsigned carry = 0;
  for (std::size_t i = 0; i < scalar.size(); ++i) {
    carry += unsigned{scalar[i]} + unsigned{order()[i]};
    scalar[i] = static_cast<Byte>(carry);
    carry >>= 8;
  }
}

TEST_F(VoprfExchange, RefusesAProofWhoseScalarsAreNotCanonical) {
  for (const std::size_t offset : {0u, 32u}) {
    Evaluation evaluation = evaluation_;
    add_order({evaluation.proof.data() + offset, 32});
    EXPECT_EQ(batch_.finalize(evaluation, key_.public_key).error().code, Errc::not_authentic);
  }
}

TEST_F(VoprfExchange, RefusesAnotherNumberOfElementsThanWereBlinded) {
  Evaluation fewer = evaluation_;
  fewer.elements.pop_back();
  EXPECT_EQ(batch_.finalize(fewer, key_.public_key).error().code, Errc::malformed);
  Evaluation more = evaluation_;
  more.elements.push_back(more.elements.front());
  EXPECT_EQ(batch_.finalize(more, key_.public_key).error().code, Errc::malformed);
}

TEST_F(VoprfExchange, RefusesToFinalizeAnEmptyBatch) {
  EXPECT_EQ(Batch{}.finalize(Evaluation{}, key_.public_key).error().code, Errc::malformed);
}

TEST_F(VoprfExchange, AssertsThatInputsAndBlindsAreOfEqualLength) {
  auto views = batch_.input_views();
  views.pop_back();
  EXPECT_DEATH((void)finalize(views, batch_.blinded, evaluation_, key_.public_key),
               "internal error");
}

// ---- encodings ------------------------------------------------------------------------------

// The identity, the field's order and what lies above it, a negative value, a non-square.
std::vector<Element> bad_elements() {
  const std::string ff(60, 'f');
  return {Element{},
          from_hex<Element>("ed" + ff + "7f"),
          from_hex<Element>("f3" + ff + "7f"),
          from_hex<Element>("ff" + ff + "ff"),
          from_hex<Element>("01" + std::string(62, '0')),
          from_hex<Element>("26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371")};
}

TEST_F(VoprfExchange, RefusesBadElementsEverywhere) {
  auto bad = bad_elements();
  // The topmost bit of a good element, which libsodium ignores.
  bad.push_back(batch_.blinded[0].element);
  bad.back().data()[31] |= 0x80;
  for (const Element& element : bad) {
    SCOPED_TRACE(hex(element));
    std::vector<Element> blinded = batch_.elements();
    blinded[1] = element;
    EXPECT_EQ(blind_evaluate(key_, blinded, random_).error().code, Errc::malformed);

    Evaluation evaluation = evaluation_;
    evaluation.elements[1] = element;
    EXPECT_EQ(batch_.finalize(evaluation, key_.public_key).error().code, Errc::malformed);

    const PublicKey key = *PublicKey::from(element.view());
    EXPECT_EQ(batch_.finalize(evaluation_, key).error().code, Errc::malformed);
  }
}

TEST_F(VoprfExchange, RefusesAnIssuedElementWithItsTopmostBitSet) {
  Evaluation evaluation = evaluation_;
  evaluation.elements[0].data()[31] |= 0x80;
  EXPECT_EQ(batch_.finalize(evaluation, key_.public_key).error().code, Errc::malformed);
}

TEST_F(VoprfExchange, RefusesAnEmptyBatchAndOneAboveTheLimit) {
  EXPECT_EQ(blind_evaluate(key_, {}, random_).error().code, Errc::malformed);
  const std::vector<Element> many(limits::issue_batch_max + 1, batch_.blinded[0].element);
  EXPECT_EQ(blind_evaluate(key_, many, random_).error().code, Errc::malformed);
}

TEST_F(VoprfExchange, RefusesPrivateKeysAndBlindsThatAreZeroOrNotCanonical) {
  Bytes above = order();
  above[0] += 1;
  for (const Bytes& scalar : {Bytes(32, 0), order(), above, Bytes(32, 0xff)}) {
    EXPECT_EQ(public_key(*PrivateKey::from(scalar)).error().code, Errc::malformed);
    EXPECT_EQ(blind_with(as_bytes("x"), *Blind::from(scalar)).error().code, Errc::malformed);
  }
  Bytes below = order();
  below[0] -= 1;
  EXPECT_TRUE(public_key(*PrivateKey::from(below)).ok());
}

TEST_F(VoprfExchange, TakesInputsUpTo65535Bytes) {
  const Bytes longest(65'535, 7);
  const Bytes longer(65'536, 7);
  EXPECT_TRUE(blind(longest, random_).ok());
  EXPECT_TRUE(evaluate(key_.private_key, longest).ok());
  EXPECT_EQ(blind(longer, random_).error().code, Errc::malformed);
  EXPECT_EQ(evaluate(key_.private_key, longer).error().code, Errc::malformed);
}

TEST_F(VoprfExchange, AssertsThatNoZeroKeyIsEverUsed) {
  EXPECT_DEATH((void)evaluate(PrivateKey{}, as_bytes("x")), "internal error");
}

}  // namespace
}  // namespace porchlight::voprf
