#include "relay/core/session.hpp"
