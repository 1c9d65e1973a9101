#include "proto/crypto/voprf.hpp"

#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/crypto/hash.hpp"
#include "proto/crypto/voprf_hash.hpp"

// Sections are those of RFC 9497, and so are the names: A is the generator, B the public key, C the
// blinded elements, D the evaluated ones, M and Z their composites. The group is written
// additively.

namespace porchlight::voprf {
namespace {

constexpr std::size_t input_bytes_max = 65'535;  // PrivateInput

static_assert(Element::size_bytes == crypto_core_ristretto255_BYTES);
static_assert(PrivateKey::size_bytes == crypto_core_ristretto255_SCALARBYTES);

Error malformed(std::string what) { return {Errc::malformed, std::move(what)}; }

// ---- the group (2.1) ------------------------------------------------------------------------

// DeserializeElement. libsodium 1.0.18 accepts the identity and ignores the topmost bit; the RFC
// refuses both.
bool is_element(ByteView bytes) {
  return sodium_is_zero(bytes.data(), bytes.size()) == 0 && (bytes.back() & 0x80) == 0 &&
         crypto_core_ristretto255_is_valid_point(bytes.data()) == 1;
}

// DeserializeScalar: canonical is what reduction leaves as it is.
bool is_scalar(ByteView bytes) {
  Secret<struct WideScalarTag, crypto_core_ristretto255_NONREDUCEDSCALARBYTES> wide;
  std::copy(bytes.begin(), bytes.end(), wide.fill().begin());
  Scalar reduced;
  crypto_core_ristretto255_scalar_reduce(reduced.fill().data(), wide.reveal().data());
  return equal_constant_time(reduced.reveal(), bytes);
}

bool is_nonzero_scalar(ByteView bytes) {
  return sodium_is_zero(bytes.data(), bytes.size()) == 0 && is_scalar(bytes);
}

// RandomScalar: nonzero, from 64 random bytes (4.7.2).
template <class AnyScalar>
AnyScalar random_scalar(Random& random) {
  AnyScalar scalar;
  do {
    Secret<struct WideScalarTag, crypto_core_ristretto255_NONREDUCEDSCALARBYTES> wide;
    random.fill(wide.fill());
    crypto_core_ristretto255_scalar_reduce(scalar.fill().data(), wide.reveal().data());
  } while (sodium_is_zero(scalar.reveal().data(), scalar.reveal().size()) != 0);
  return scalar;
}

// libsodium calls a product that is the identity an error; here it is a value, 32 zeros, which is
// also what Element starts as. Elements were deserialised before, so there is no other error.
template <class Tag>
Element multiply(const Secret<Tag, 32>& scalar, const Element& element) {
  Element product;
  if (crypto_scalarmult_ristretto255(product.data(), scalar.reveal().data(), element.data()) != 0) {
    return Element{};
  }
  return product;
}

template <class Tag>
Element multiply_generator(const Secret<Tag, 32>& scalar) {
  Element product;
  if (crypto_scalarmult_ristretto255_base(product.data(), scalar.reveal().data()) != 0) {
    return Element{};
  }
  return product;
}

Element add(const Element& a, const Element& b) {
  Element sum;
  const int failed = crypto_core_ristretto255_add(sum.data(), a.data(), b.data());
  PORCHLIGHT_ASSERT(failed == 0);
  return sum;
}

Element as_element(const PublicKey& key) { return *Element::from(key.view()); }

// ---- batched DLEQ proofs (2.2) --------------------------------------------------------------

struct Composites {
  Element m;
  Element z;
};

// The seed and the factors d_i, the same for both sides.
class CompositeFactors {
 public:
  explicit CompositeFactors(const PublicKey& b) {
    Hash hash;
    hash.field(b.view()).number(seed_tag.size() + context_string.size());
    seed_ = hash.raw(seed_tag).raw(context_string).finish();
  }

  Scalar factor(std::size_t i, const Element& c, const Element& d) const {
    ExpandableMessage message;
    message.field(seed_.view()).number(i).field(c.view()).field(d.view()).raw("Composite");
    return hash_to_scalar(message);
  }

 private:
  static constexpr std::string_view seed_tag = "Seed-";
  Output seed_;
};

// ComputeCompositesFast(k, B, C, D)
Composites compute_composites_fast(const KeyPair& key, std::span<const Element> c,
                                   std::span<const Element> d) {
  const CompositeFactors factors(key.public_key);
  Element m;
  for (std::size_t i = 0; i < c.size(); ++i) {
    m = add(multiply(factors.factor(i, c[i], d[i]), c[i]), m);
  }
  return {m, multiply(key.private_key, m)};
}

// ComputeComposites(B, C, D)
Composites compute_composites(const PublicKey& b, std::span<const Blinded> c,
                              std::span<const Element> d) {
  const CompositeFactors factors(b);
  Composites sums;
  for (std::size_t i = 0; i < d.size(); ++i) {
    const Scalar factor = factors.factor(i, c[i].element, d[i]);
    sums.m = add(multiply(factor, c[i].element), sums.m);
    sums.z = add(multiply(factor, d[i]), sums.z);
  }
  return sums;
}

Scalar challenge(const PublicKey& b, const Composites& composites, const Element& t2,
                 const Element& t3) {
  ExpandableMessage message;
  message.field(b.view()).field(composites.m.view()).field(composites.z.view());
  message.field(t2.view()).field(t3.view()).raw("Challenge");
  return hash_to_scalar(message);
}

// GenerateProof(k, A, B, C, D) with r given
Proof generate_proof(const KeyPair& key, std::span<const Element> c, std::span<const Element> d,
                     const Blind& r) {
  const Composites composites = compute_composites_fast(key, c, d);
  const Element t2 = multiply_generator(r);
  const Element t3 = multiply(r, composites.m);
  const Scalar c_scalar = challenge(key.public_key, composites, t2, t3);

  Scalar product;
  crypto_core_ristretto255_scalar_mul(product.fill().data(), c_scalar.reveal().data(),
                                      key.private_key.reveal().data());
  Proof proof;
  std::copy(c_scalar.reveal().begin(), c_scalar.reveal().end(), proof.data());
  crypto_core_ristretto255_scalar_sub(proof.data() + Scalar::size_bytes, r.reveal().data(),
                                      product.reveal().data());
  return proof;
}

// VerifyProof(A, B, C, D, proof); elements and key were deserialised before.
bool verify_proof(const PublicKey& b, std::span<const Blinded> c, std::span<const Element> d,
                  const Proof& proof) {
  const ByteView c_bytes = proof.view().first(Scalar::size_bytes);
  const ByteView s_bytes = proof.view().subspan(Scalar::size_bytes);
  if (!is_scalar(c_bytes) || !is_scalar(s_bytes)) return false;
  const Scalar c_scalar = *Scalar::from(c_bytes);
  const Scalar s = *Scalar::from(s_bytes);

  const Composites composites = compute_composites(b, c, d);
  const Element t2 = add(multiply_generator(s), multiply(c_scalar, as_element(b)));
  const Element t3 = add(multiply(s, composites.m), multiply(c_scalar, composites.z));
  return equal_constant_time(challenge(b, composites, t2, t3).reveal(), c_bytes);
}

// ---- the protocol (3.3) ---------------------------------------------------------------------

// The end of Finalize and Evaluate. The element is as secret as the output: it is wiped.
Output hash_output(ByteView input, Element& element) {
  // Only a zero key gets here with the identity, and then anybody could compute the output.
  PORCHLIGHT_ASSERT(!element.is_zero());
  Hash hash;
  const Output output = hash.field(input).field(element.view()).raw("Finalize").finish();
  wipe({element.data(), Element::size_bytes});
  return output;
}

Status check_batch(std::size_t size) {
  if (size == 0 || size > limits::issue_batch_max) {
    return malformed("a request for tokens has an impossible number of elements");
  }
  return Ok{};
}

}  // namespace

bool is_valid(const Element& element) { return is_element(element.view()); }

KeyPair derive_key_pair(const Seed& seed, ByteView info) {
  for (unsigned counter = 0; counter <= 255; ++counter) {
    const Byte counter_byte = static_cast<Byte>(counter);
    ExpandableMessage message;
    message.raw(seed.reveal()).field(info).raw(ByteView(&counter_byte, 1));
    const Scalar scalar = hash_to_scalar(message, "DeriveKeyPair");
    if (!is_nonzero_scalar(scalar.reveal())) continue;
    const Element public_element = multiply_generator(scalar);
    return {*PrivateKey::from(scalar.reveal()), *PublicKey::from(public_element.view())};
  }
  // DeriveKeyPairError: 256 hashes that are all zero.
  assertion_failed("a scalar that is not zero", __FILE__, __LINE__);
}

Result<PublicKey> public_key(const PrivateKey& key) {
  if (!is_nonzero_scalar(key.reveal())) return malformed("a stored token key is damaged");
  return *PublicKey::from(multiply_generator(key).view());
}

Result<Blinded> blind(ByteView input, Random& random) {
  return blind_with(input, random_scalar<Blind>(random));
}

Result<Blinded> blind_with(ByteView input, Blind blind) {
  if (input.size() > input_bytes_max || !is_nonzero_scalar(blind.reveal())) {
    return malformed("a token's input or blind is not a possible one");
  }
  const Element input_element = hash_to_group(input);
  if (input_element.is_zero()) return malformed("a token's input cannot be used");
  const Element element = multiply(blind, input_element);
  return Blinded{std::move(blind), element};
}

Result<Evaluation> blind_evaluate(const KeyPair& key, std::span<const Element> blinded,
                                  Random& random) {
  return blind_evaluate_with(key, blinded, random_scalar<Blind>(random));
}

Result<Evaluation> blind_evaluate_with(const KeyPair& key, std::span<const Element> blinded,
                                       const Blind& proof_nonce) {
  CHECK(check_batch(blinded.size()));
  PORCHLIGHT_ASSERT(is_nonzero_scalar(proof_nonce.reveal()));
  Evaluation evaluation;
  evaluation.elements.reserve(blinded.size());
  for (const Element& element : blinded) {
    if (!is_element(element.view())) return malformed("a blinded token is no element of the group");
    evaluation.elements.push_back(multiply(key.private_key, element));
  }
  evaluation.proof = generate_proof(key, blinded, evaluation.elements, proof_nonce);
  return evaluation;
}

Result<std::vector<Output>> finalize(std::span<const ByteView> inputs,
                                     std::span<const Blinded> blinded, const Evaluation& evaluation,
                                     const PublicKey& key) {
  PORCHLIGHT_ASSERT(inputs.size() == blinded.size());
  CHECK(check_batch(blinded.size()));
  if (evaluation.elements.size() != blinded.size()) {
    return malformed("the relay answered with another number of tokens than it was asked for");
  }
  if (!is_element(key.view())) return malformed("a token key is no element of the group");
  for (std::size_t i = 0; i < blinded.size(); ++i) {
    if (!is_element(evaluation.elements[i].view()) || !is_element(blinded[i].element.view()) ||
        !is_nonzero_scalar(blinded[i].blind.reveal()) || inputs[i].size() > input_bytes_max) {
      return malformed("an issued token is no element of the group");
    }
  }
  if (!verify_proof(key, blinded, evaluation.elements, evaluation.proof)) {
    return Error{Errc::not_authentic,
                 tr("the relay did not prove that it issued these tokens under its published key")};
  }
  std::vector<Output> outputs;
  outputs.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Scalar inverse;
    const int failed = crypto_core_ristretto255_scalar_invert(inverse.fill().data(),
                                                              blinded[i].blind.reveal().data());
    PORCHLIGHT_ASSERT(failed == 0);
    Element unblinded = multiply(inverse, evaluation.elements[i]);
    outputs.push_back(hash_output(inputs[i], unblinded));
  }
  return outputs;
}

Result<Output> evaluate(const PrivateKey& key, ByteView input) {
  if (input.size() > input_bytes_max) return malformed("a token's input is too long");
  const Element input_element = hash_to_group(input);
  if (input_element.is_zero()) return malformed("a token's input cannot be used");
  Element evaluated = multiply(key, input_element);
  return hash_output(input, evaluated);
}

}  // namespace porchlight::voprf
