#include "proto/crypto/voprf.hpp"
