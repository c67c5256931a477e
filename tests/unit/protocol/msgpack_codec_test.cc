#include "protocol/msgpack_codec.h"

#include <gtest/gtest.h>

#include "support.h"

namespace chat::protocol {
namespace {

Value decoded(std::string_view hex) { return decode_msgpack(from_hex(hex), DecodeLimits{}); }

std::string refusal(std::string_view bytes, const DecodeLimits& limits = {}) {
  return refusal_of([&] { decode_msgpack(bytes, limits); });
}

TEST(MsgpackCodec, ReadsEveryKind) {
  EXPECT_EQ(decoded("82 a1 61 96 c0 c2 c3 f9 cb 3ff8000000000000 a2 c3a9 a1 62 90"),
            Value(Value::Map{{"a", Value::Array{nullptr, false, true, -7, 1.5, "é"}},
                             {"b", Value::Array{}}}));
}

TEST(MsgpackCodec, ReadsEveryWidth) {
  for (const char* hex : {"2a", "cc2a", "cd002a", "ce0000002a", "cf000000000000002a", "d02a",
                          "d1002a", "d20000002a", "d3000000000000002a"}) {
    EXPECT_EQ(decoded(hex), Value(42)) << hex;
  }
  for (const char* hex : {"a161", "d90161", "da000161", "db0000000161"}) {
    EXPECT_EQ(decoded(hex), Value("a")) << hex;
  }
  for (const char* hex : {"9101", "dc000101", "dd0000000101"}) {
    EXPECT_EQ(decoded(hex), Value(Value::Array{1})) << hex;
  }
  for (const char* hex : {"81a16101", "de0001a16101", "df00000001a16101"}) {
    EXPECT_EQ(decoded(hex), Value(Value::Map{{"a", 1}})) << hex;
  }
  EXPECT_EQ(decoded("ca 3fc00000"), Value(1.5));
  EXPECT_EQ(decoded("cf 8000000000000000"), Value(9223372036854775808.0));
}

TEST(MsgpackCodec, RefusesWhatIsMalformed) {
  const std::pair<const char*, const char*> bad[] = {
      {"", "cut short"},
      {"c1", "malformed msgpack"},
      {"91", "cut short"},
      {"a2 61", "cut short"},
      {"81 a1 61", "cut short"},
      {"cb 3ff8", "cut short"},
      {"db ffffffff 61", "cut short"},
      {"c0 c0", "bytes behind the message"},
      {"81 01 02", "key is not text"},
      {"81 90 02", "key is not text"},
      {"81 80 02", "key is not text"},
      {"81 c0 02", "key is not text"},
      {"82 a161 01 a161 02", "a key occurs twice"},
      {"a1 ff", "text is not UTF-8"},
      {"81 a1 ff 01", "text is not UTF-8"},
      {"c4 01 61", "binary data"},
      {"d4 01 61", "extension type"},
      {"c7 01 05 61", "extension type"},
      {"d6 ff 00000000", "extension type"},
      {"cb 7ff0000000000000", "number is not finite"},
      {"cb 7ff8000000000000", "number is not finite"},
      {"ca 7f800000", "number is not finite"},
  };
  for (const auto& [hex, why] : bad) {
    EXPECT_EQ(refusal(from_hex(hex)), std::string("bad_format: ") + why) << hex;
  }
}

TEST(MsgpackCodec, ReservesNothingForWhatIsOnlyAnnounced) {
  for (const char* hex : {"dd 0fffffff", "df 0fffffff", "db 0fffffff", "dd ffffffff c0"}) {
    EXPECT_EQ(refusal(from_hex(hex)), "bad_format: cut short") << hex;
  }
}

TEST(MsgpackCodec, HoldsTheLimits) {
  EXPECT_EQ(refusal(std::string(15, '\x91') + '\x90'), "accepted");
  EXPECT_EQ(refusal(std::string(16, '\x91') + '\x90'), "bad_format: nested too deeply");
  EXPECT_EQ(refusal(std::string(100'000, '\x91')), "bad_format: nested too deeply");
  const DecodeLimits few{.max_depth = 16, .max_nodes = 4};
  EXPECT_EQ(refusal(from_hex("93 01 02 03"), few), "accepted");
  EXPECT_EQ(refusal(from_hex("94 01 02 03 04"), few), "bad_format: too many values");
}

TEST(MsgpackCodec, KeepsRealNumbersReal) {
  EXPECT_EQ(to_hex(encode_msgpack(1.0)), "cb3ff0000000000000");
  EXPECT_EQ(to_hex(encode_msgpack(-0.0)), "cb8000000000000000");
  EXPECT_EQ(to_hex(encode_msgpack(18446744073709551616.0)), "cb43f0000000000000");
  EXPECT_EQ(*decode_msgpack(encode_msgpack(2.0), DecodeLimits{}).as_real(), 2.0);
}

TEST(MsgpackCodec, WritesShortestForms) {
  EXPECT_EQ(to_hex(encode_msgpack(Value::Array{nullptr, true, 127, 128, -32, -33, 0.5, "é"})),
            "98c0c37fcc80e0d0dfcb3fe0000000000000a2c3a9");
  EXPECT_EQ(to_hex(encode_msgpack(Value::Map{{"k", Value::Map{}}})), "81a16b80");
}

}  // namespace
}  // namespace chat::protocol
