#include "relay/store/sqlite_database.hpp"
