#include "relay/core/relay_info.hpp"
