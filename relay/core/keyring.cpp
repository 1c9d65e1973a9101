#include "relay/core/keyring.hpp"
