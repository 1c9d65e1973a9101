#include "relay/store/ledger.hpp"

namespace porchlight::relay {

Holder Holder::of(const SpendId& spend_id) {
  Holder holder;
  std::copy(spend_id.view().begin(), spend_id.view().end(), holder.bytes.data());
  return holder;
}

Holder Holder::of(const AccountKey& account) { return {*decltype(bytes)::from(account.view())}; }

}  // namespace porchlight::relay
