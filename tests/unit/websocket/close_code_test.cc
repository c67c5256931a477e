#include "websocket/close_code.h"

#include <gtest/gtest.h>

namespace chat::websocket {
namespace {

TEST(CloseCode, OnlyRegisteredAndPrivateCodesMayBeSent) {
  const auto expected = [](int code) {
    switch (code) {
      case 1000:
      case 1001:
      case 1002:
      case 1003:
      case 1007:
      case 1008:
      case 1009:
      case 1010:
      case 1011:
      case 1012:
      case 1013:
      case 1014:
        return true;
      default:
        return code >= 3000 && code < 5000;
    }
  };
  for (int code = 0; code <= 0xFFFF; ++code)
    ASSERT_EQ(may_be_sent(static_cast<std::uint16_t>(code)), expected(code)) << code;
}

}  // namespace
}  // namespace chat::websocket
