// Real numbers as PHP's JSON spells them.
#pragma once

#include <string>

namespace chat::protocol {

// Appends the shortest digits that read back as `value` (finite), as PHP does with
// serialize_precision = -1: 1795225429.36361, 0.0001, 1.0e-5, 1.0e+25; whole numbers below 1.0e+17
// without a fraction: 1.
void append_php_float(std::string& out, double value);

}  // namespace chat::protocol
