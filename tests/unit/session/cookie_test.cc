#include "session/cookie.h"

#include <gtest/gtest.h>

#include "net/http_request_parser.h"

namespace chat::session {
namespace {

SessionCookie cookie_in(const std::string& fields, bool tls) {
  net::HttpRequestParser parser{net::HttpLimits{}};
  const std::string head = "GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
  std::size_t used = 0;
  EXPECT_EQ(parser.feed(head, used), net::HttpRequestParser::Outcome::complete);
  return read_session_cookie(parser.take(), tls);
}

TEST(Cookie, IsFoundAmongOthers) {
  for (const char* fields :
       {"Cookie: __Host-chatd=t\r\n", "Cookie: a=b; __Host-chatd=t; c\r\n",
        "Cookie: a=b\r\nCookie: __Host-chatd=t\r\n", "cookie:  a ;__Host-chatd = t ;\r\n",
        "Cookie: __Host-chatd=t; __Host-chatd=t\r\n"})
    EXPECT_EQ(cookie_in(fields, true).token, "t") << fields;
}

TEST(Cookie, OfAnotherNameIsNone) {
  for (const char* fields :
       {"", "Cookie: a=b\r\n", "Cookie: __host-chatd=t\r\n", "Cookie: x__Host-chatd=t\r\n",
        "X-Cookie: __Host-chatd=t\r\n", "Cookie: __Host-chatd\r\n", "Cookie: chatd=t\r\n"})
    EXPECT_FALSE(cookie_in(fields, true).present) << fields;
}

TEST(Cookie, WithoutTlsHasEitherNameAndTheSafeOneCounts) {
  EXPECT_EQ(cookie_in("Cookie: chatd=t\r\n", false).token, "t");
  EXPECT_EQ(cookie_in("Cookie: chatd=t; __Host-chatd=u\r\n", false).token, "u");
}

TEST(Cookie, ThatContradictsItselfIsThereAndHoldsNothing) {
  for (const char* fields :
       {"Cookie: __Host-chatd=t; __Host-chatd=u\r\n", "Cookie: __Host-chatd=\r\n",
        "Cookie: __Host-chatd=t\r\nCookie: __Host-chatd=u; __Host-chatd=t\r\n"}) {
    const SessionCookie cookie = cookie_in(fields, true);
    EXPECT_TRUE(cookie.present);
    EXPECT_NE(cookie.token, "t") << fields;
    EXPECT_NE(cookie.token, "u") << fields;
  }
}

TEST(Cookie, IsGivenAndTakenAway) {
  const std::chrono::seconds hour{3600};
  EXPECT_EQ(session_cookie("t", true, hour),
            "__Host-chatd=t; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict; Secure");
  EXPECT_EQ(session_cookie("t", false, hour),
            "chatd=t; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict");
  EXPECT_EQ(expired_session_cookie(true),
            "__Host-chatd=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure");
}

}  // namespace
}  // namespace chat::session
