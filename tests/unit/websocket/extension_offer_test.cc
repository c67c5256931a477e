#include "websocket/extension_offer.h"

#include <gtest/gtest.h>

#include <string>

namespace chat::websocket {
namespace {

const std::string kPlain =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

// The answer to one header value: "" for none, "malformed" for a refusal.
std::string answer_to(std::string_view offers) {
  DeflateAgreement agreement;
  if (!read_extension_offers(offers, agreement)) return "malformed";
  return agreement.agreed() ? agreement.to_header() : "";
}

TEST(ExtensionOffer, AgreesToEveryParameterOfTheRfc) {
  for (const std::string_view offer : {
           "permessage-deflate",
           "permessage-deflate; client_max_window_bits",
           "permessage-deflate; client_max_window_bits=8",
           "permessage-deflate; client_max_window_bits=15",
           "permessage-deflate; client_max_window_bits=\"10\"",
           "permessage-deflate; client_no_context_takeover",
           "permessage-deflate; server_no_context_takeover",
           "permessage-deflate;server_no_context_takeover;client_no_context_takeover",
           "permessage-deflate ;\tclient_max_window_bits ; server_no_context_takeover ",
       })
    EXPECT_EQ(answer_to(offer), kPlain) << offer;
}

TEST(ExtensionOffer, HonoursTheWindowAskedOfTheServer) {
  for (int bits = 9; bits <= 15; ++bits) {
    DeflateAgreement agreement;
    const std::string offer = "permessage-deflate; server_max_window_bits=" + std::to_string(bits);
    ASSERT_TRUE(read_extension_offers(offer, agreement));
    EXPECT_EQ(agreement.compression,
              bits == 15 ? Compression::full_window : Compression::small_window);
    EXPECT_EQ(agreement.to_header(),
              kPlain + "; server_max_window_bits=" + (bits == 15 ? "15" : "9"));
  }
}

TEST(ExtensionOffer, PassesOverOffersThatItCannotMeet) {
  for (const std::string_view parameter : {
           "server_max_window_bits=8",
           "server_max_window_bits=7",
           "server_max_window_bits=16",
           "server_max_window_bits=010",
           "server_max_window_bits=1e1",
           "server_max_window_bits=-9",
           "server_max_window_bits=99999999999999999999",
           "server_max_window_bits",
           "client_max_window_bits=7",
           "client_max_window_bits=16",
           "client_max_window_bits=09",
           "client_no_context_takeover=1",
           "server_no_context_takeover=true",
           "unknown",
           "client_max_window_bits; client_max_window_bits",
           "server_max_window_bits=10; server_max_window_bits=10",
           "server_no_context_takeover; server_no_context_takeover",
           "Server_No_Context_Takeover",
       }) {
    const std::string offer = "permessage-deflate; " + std::string(parameter);
    EXPECT_EQ(answer_to(offer), "") << offer;
    EXPECT_EQ(answer_to(offer + ", permessage-deflate"), kPlain) << offer;
  }
}

TEST(ExtensionOffer, ChoosesTheFirstThatItCanMeet) {
  EXPECT_EQ(answer_to("permessage-deflate; server_max_window_bits=12, permessage-deflate"),
            kPlain + "; server_max_window_bits=9");
  EXPECT_EQ(answer_to("permessage-deflate, permessage-deflate; server_max_window_bits=12"), kPlain);
}

TEST(ExtensionOffer, KnowsNoOtherExtension) {
  EXPECT_EQ(answer_to("x-webkit-deflate-frame, permessage-bzip2; a=b"), "");
  EXPECT_EQ(answer_to("foo; bar=\"baz\", permessage-deflate"), kPlain);
  EXPECT_EQ(answer_to("permessage-deflated"), "");
}

TEST(ExtensionOffer, RefusesWhatViolatesTheGrammar) {
  for (const std::string_view value :
       {"permessage-deflate;", "permessage-deflate; =", "; a",
        "permessage-deflate; a=", "permessage-deflate; a=\"", "permessage-deflate; a=\"b",
        "permessage-deflate; a=\"\"", "permessage-deflate; a=\"b c\"", "permessage-deflate a",
        "permessage-deflate; a=b c", "permessage-deflate;; a", "=", "\"permessage-deflate\"",
        "permessage-deflate; a=b=c", "\x01", "permessage\xff"})
    EXPECT_EQ(answer_to(value), "malformed") << value;
}

TEST(ExtensionOffer, LongValuesAreReadInOneGo) {
  std::string offers;
  for (int i = 0; i < 20'000; ++i) offers += "permessage-deflate; server_max_window_bits=8,";
  EXPECT_EQ(answer_to(offers + "permessage-deflate"), kPlain);
  std::string parameters = "permessage-deflate";
  for (int i = 0; i < 100'000; ++i) parameters += "; a";
  EXPECT_EQ(answer_to(parameters), "");
  EXPECT_EQ(answer_to(std::string(1'000'000, ',')), "");
}

}  // namespace
}  // namespace chat::websocket
