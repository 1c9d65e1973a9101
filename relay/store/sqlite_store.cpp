#include "relay/store/database.hpp"
