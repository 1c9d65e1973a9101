#include "relay/store/ledger.hpp"
