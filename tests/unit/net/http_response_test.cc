#include "net/http_response.h"

#include <gtest/gtest.h>

namespace chat::net {
namespace {

TEST(HttpDateTest, FormatsAndParses) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
  for (std::time_t time = 1; time < 4'000'000'000; time = time * 3 + 12'345) {
    EXPECT_EQ(parse_http_date(http_date(time)), time);
  }
}

TEST(HttpDateTest, RefusesEverythingElse) {
  for (const char* bad : {"", "now", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
                          "Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
                          "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 31 Feb 1994 08:49:37 GMT",
                          "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
                          "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37"}) {
    EXPECT_EQ(parse_http_date(bad), -1) << bad;
  }
}

TEST(HttpResponseTest, MakesAHead) {
  HttpResponse response(404);
  response.add("X-Name", "value").add("Content-Length", std::uint64_t{12});
  const std::string head = response.head("X-Common: yes\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 404 Not Found\r\nDate: ")) << head;
  EXPECT_TRUE(
      head.ends_with(" GMT\r\nX-Name: value\r\nContent-Length: 12\r\nX-Common: yes\r\n\r\n"))
      << head;
}

TEST(HttpResponseTest, ValuesCannotBeginAnotherField) {
  HttpResponse response(200);
  response.add("X", "a\r\nSet-Cookie: evil");
  EXPECT_EQ(response.head("").find("\r\nSet-Cookie"), std::string::npos);
}

TEST(HttpResponseTest, ReasonsAreKnown) {
  EXPECT_EQ(reason_of(431), "Request Header Fields Too Large");
  EXPECT_EQ(reason_of(299), "Unknown");
}

TEST(SecurityHeadersTest, ForbidWhatThePageDoesNotNeed) {
  SecurityHeaders headers;
  const std::string plain = headers.lines();
  EXPECT_NE(plain.find("X-Content-Type-Options: nosniff\r\n"), std::string::npos);
  EXPECT_NE(plain.find("default-src 'self'"), std::string::npos);
  EXPECT_NE(plain.find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_EQ(plain.find("script-src"), std::string::npos) << "no exception for scripts";
  EXPECT_EQ(plain.find("Strict-Transport-Security"), std::string::npos);
  headers.strict_transport_security = true;
  EXPECT_NE(headers.lines().find("Strict-Transport-Security: max-age=31536000\r\n"),
            std::string::npos);
}

}  // namespace
}  // namespace chat::net
