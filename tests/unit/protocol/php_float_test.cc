#include "protocol/php_float.h"

#include <gtest/gtest.h>

#include <limits>

namespace chat::protocol {
namespace {

std::string php(double value) {
  std::string text;
  append_php_float(text, value);
  return text;
}

TEST(PhpFloat, SpellsAsSerializePrecisionMinusOneDoes) {
  const std::pair<double, const char*> table[] = {
      {1795225429.36361, "1795225429.36361"},
      {1795225430.065495, "1795225430.065495"},
      {1795221018.9118998, "1795221018.9118998"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {1.0 / 3, "0.3333333333333333"},
      {-2.5, "-2.5"},
      {1.0, "1"},
      {0.0, "0"},
      {-0.0, "-0"},
      {100.0, "100"},
      {1e15, "1000000000000000"},
      {1e16, "10000000000000000"},
      {1e17, "1.0e+17"},
      {1.5e17, "1.5e+17"},
      {12345678901234567.0, "12345678901234568"},
      {123456789012345678.0, "1.2345678901234568e+17"},
      {1e25, "1.0e+25"},
      {0.001, "0.001"},
      {0.0001, "0.0001"},
      {0.00012345, "0.00012345"},
      {0.00001, "1.0e-5"},
      {0.000012345, "1.2345e-5"},
      {-1e-10, "-1.0e-10"},
      {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
      {std::numeric_limits<double>::denorm_min(), "5.0e-324"},
  };
  for (const auto& [value, text] : table) EXPECT_EQ(php(value), text);
}

TEST(PhpFloat, ReadsBackAsTheSameNumber) {
  for (double value = 1795225429.000001; value < 1795225430; value += 0.000713) {
    EXPECT_EQ(std::stod(php(value)), value);
  }
}

}  // namespace
}  // namespace chat::protocol
