// Identifiers and secrets drawn from the kernel's random source.
#pragma once

#include <cstddef>
#include <string>

namespace chat {

// `digits` hexadecimal digits, 4 random bits each.
std::string random_hex(std::size_t digits);

// An id for a user or a group, shaped as PHP's uniqid(): 13 hexadecimal digits, eight of them the
// seconds since 1970. Uniqueness is the store's to ensure: it refuses an id already taken.
std::string new_id();

// A session secret of 160 random bits in 32 characters of [0-9a-v].
std::string random_token();

}  // namespace chat
