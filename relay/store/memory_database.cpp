#include "relay/store/memory_database.hpp"
