#include "base/ids.h"

#include <sys/random.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

namespace chat {
namespace {

// One digit per random byte: the low bits of a uniform byte are uniform for a power-of-two
// alphabet.
std::string random_digits(std::size_t count, std::string_view alphabet) {
  std::string digits(count, '\0');
  std::size_t filled = 0;
  while (filled < count) {
    const ssize_t got = getrandom(digits.data() + filled, count - filled, 0);
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  for (char& digit : digits) digit = alphabet[static_cast<unsigned char>(digit) % alphabet.size()];
  return digits;
}

}  // namespace

std::string random_hex(std::size_t digits) { return random_digits(digits, "0123456789abcdef"); }

std::string new_id() {
  char seconds[9];
  std::snprintf(seconds, sizeof seconds, "%08lx", static_cast<unsigned long>(std::time(nullptr)));
  return seconds + random_hex(5);
}

std::string random_token() { return random_digits(32, "0123456789abcdefghijklmnopqrstuv"); }

}  // namespace chat
