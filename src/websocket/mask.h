// The masking of client frames (RFC 6455 section 5.3).
#pragma once

#include <array>
#include <span>

namespace chat::websocket {

using MaskKey = std::array<char, 4>;

// Masks or unmasks the next piece of a payload in place and turns `key`, so that the call for the
// following piece goes on where this one ended.
void apply_mask(std::span<char> payload, MaskKey& key);

}  // namespace chat::websocket
