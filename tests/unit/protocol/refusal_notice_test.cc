#include "protocol/refusal_notice.h"

#include <gtest/gtest.h>

#include "protocol/codec.h"

namespace chat::protocol {
namespace {

TEST(RefusalNotice, CarriesTypeTextAndCode) {
  Notice notice = notice_of(Refusal::not_allowed);
  notice.timestamp = 1795225424.824923;
  notice.trace_id = "tr";
  EXPECT_EQ(encode(Wire::legacy, notice),
            R"({"type":901,"mess":"非法操作","timestamp":1795225424.824923,"trace_id":"tr"})");
  EXPECT_EQ(*read<Notice>(decode(Wire::v1, encode(Wire::v1, notice))).code, "not_allowed");
}

TEST(RefusalNotice, AsksForALoginWithoutWords) {
  Notice notice = notice_of(Refusal::login_required);
  notice.timestamp = 1795225423.048274;
  EXPECT_EQ(encode(Wire::legacy, notice),
            R"({"type":204,"timestamp":1795225423.048274,"trace_id":""})");
}

TEST(RefusalNotice, TellsAfterHowManyWholeSecondsToTryAgain) {
  using std::chrono::milliseconds;
  EXPECT_EQ(notice_of(Rejected(Refusal::login_limited)).retry_after, std::nullopt);
  EXPECT_EQ(notice_of(Rejected(Refusal::login_limited, "", milliseconds(1))).retry_after, 1);
  EXPECT_EQ(notice_of(Rejected(Refusal::login_limited, "", milliseconds(1000))).retry_after, 1);
  EXPECT_EQ(notice_of(Rejected(Refusal::login_limited, "", milliseconds(1001))).retry_after, 2);
}

}  // namespace
}  // namespace chat::protocol
