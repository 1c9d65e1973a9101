#include "relay/store/commit.hpp"
