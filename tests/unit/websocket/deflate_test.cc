#include "websocket/deflate.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "websocket/client.h"

namespace chat::websocket {
namespace {

using test::from_hex;
using Result = Inflater::Result;

Result drain(Inflater& inflater, std::string& text) {
  while (true) {
    char piece[100];
    std::size_t produced = 0;
    const Result result = inflater.next(piece, sizeof piece, produced);
    text.append(piece, produced);
    if (result != Result::more) return result;
  }
}

// The message that a payload inflates to, or "broken".
std::string inflated(Inflater& inflater, std::string_view payload) {
  inflater.begin();
  std::string text;
  inflater.feed(payload);
  if (drain(inflater, text) == Result::bad_data) return "broken";
  inflater.feed_end();
  if (drain(inflater, text) == Result::bad_data || !inflater.at_end()) return "broken";
  return text;
}

std::string inflated(std::string_view payload) {
  Inflater inflater;
  return inflated(inflater, payload);
}

std::string deflated(Deflater& deflater, std::string_view text) {
  const auto output = deflater.deflate(text);
  return output ? std::string(output->bytes.get(), output->size) : "none";
}

std::string chatter(std::size_t size) {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < size) text += "word" + std::to_string(random() % 1000) + " ";
  text.resize(size);
  return text;
}

// RFC 7692 section 7.2.3.
TEST(Inflater, TheExamplesOfTheRfc) {
  EXPECT_EQ(inflated(from_hex("f2 48 cd c9 c9 07 00")), "Hello");
  EXPECT_EQ(inflated(from_hex("00 05 00 fa ff 48 65 6c 6c 6f 00")), "Hello");        // stored
  EXPECT_EQ(inflated(from_hex("f3 48 cd c9 c9 07 00 00")), "Hello");                 // BFINAL
  EXPECT_EQ(inflated(from_hex("f2 48 05 00 00 00 ff ff ca c9 c9 07 00")), "Hello");  // two blocks
  EXPECT_EQ(inflated(from_hex("00")), "");
}

TEST(Inflater, TakesEmptyBlocksAnywhere) {
  const std::string empty = from_hex("00 0000 ffff");
  const std::string hello = from_hex("f2 48 cd c9 c9 07 00");
  EXPECT_EQ(inflated(empty + empty + hello), "Hello");
  EXPECT_EQ(inflated(hello + from_hex("0000ffff") + empty + from_hex("00")), "Hello");
}

TEST(Inflater, TakesFinalBlocksInTheMiddle) {
  const std::string final_hello = from_hex("f3 48 cd c9 c9 07 00");
  EXPECT_EQ(inflated(final_hello + final_hello + from_hex("00")), "HelloHello");
}

TEST(Inflater, RefusesBrokenData) {
  EXPECT_EQ(inflated(from_hex("ff ff ff ff")), "broken");             // reserved block type
  EXPECT_EQ(inflated(from_hex("00 05 00 05 00 41")), "broken");       // length and its complement
  EXPECT_EQ(inflated(from_hex("4b 84 83 00 00")), "broken");          // distance too far back
  EXPECT_EQ(inflated("\x05\xff\xff\xff\xff\xff\xff\xff"), "broken");  // bad code lengths
}

TEST(Inflater, RefusesAMessageCutShort) {
  Deflater deflater(Compression::full_window);
  const std::string payload = deflated(deflater, chatter(3000));
  for (std::size_t size = 1; size < payload.size(); ++size)
    ASSERT_EQ(inflated(payload.substr(0, size)), "broken") << size;
}

TEST(Inflater, IsUsableAgainAfterBrokenData) {
  Inflater inflater;
  ASSERT_EQ(inflated(inflater, "\xff\xff\xff\xff"), "broken");
  EXPECT_EQ(inflated(inflater, from_hex("f2 48 cd c9 c9 07 00")), "Hello");
}

TEST(Inflater, KeepsNoContextBetweenMessages) {
  Inflater inflater;
  ASSERT_EQ(inflated(inflater, from_hex("f2 48 cd c9 c9 07 00")), "Hello");
  // The second message of RFC 7692 section 7.2.3.2: it refers to the first one.
  EXPECT_EQ(inflated(inflater, from_hex("f2 00 11 00 00")), "broken");
}

TEST(Inflater, GivesABombOutInPieces) {
  Deflater deflater(Compression::full_window, 9);
  const std::string bomb = deflated(deflater, std::string(10 << 20, 'a'));
  ASSERT_LT(bomb.size(), 11'000u);
  Inflater inflater;
  inflater.feed(bomb);
  char piece[4096];
  std::size_t produced = 0;
  EXPECT_EQ(inflater.next(piece, sizeof piece, produced), Result::more);
  EXPECT_EQ(produced, sizeof piece);
}

TEST(Deflater, RoundTripsInBothWindows) {
  Inflater inflater;
  for (const Compression window : {Compression::small_window, Compression::full_window}) {
    Deflater deflater(window);
    for (const std::size_t size : {50u, 1000u, 65535u, 65536u, 300'000u}) {
      const std::string text = chatter(size);
      const std::string payload = deflated(deflater, text);
      EXPECT_LT(payload.size(), size);
      EXPECT_TRUE(inflated(inflater, payload) == text) << size;
    }
  }
}

TEST(Deflater, SameMessageGivesSameBytesWhateverCameBefore) {
  Deflater deflater(Compression::full_window);
  const std::string first = deflated(deflater, chatter(2000));
  deflated(deflater, std::string(500, 'z'));
  EXPECT_EQ(deflated(deflater, chatter(2000)), first);
}

TEST(Deflater, SmallWindowNeedsNoMoreThan512BytesToInflate) {
  Deflater deflater(Compression::small_window);
  const std::string text = chatter(600) + chatter(600) + chatter(5000);
  std::string payload = deflated(deflater, text) + from_hex("0000ffff");

  z_stream narrow{};
  ASSERT_EQ(inflateInit2(&narrow, -9), Z_OK);
  narrow.next_in = reinterpret_cast<Bytef*>(payload.data());
  narrow.avail_in = static_cast<uInt>(payload.size());
  std::string result;
  while (narrow.avail_in > 0) {
    char piece[64];  // so small that distances reach into the window, not into the output
    narrow.next_out = reinterpret_cast<Bytef*>(piece);
    narrow.avail_out = sizeof piece;
    ASSERT_EQ(inflate(&narrow, Z_SYNC_FLUSH), Z_OK);
    result.append(piece, sizeof piece - narrow.avail_out);
  }
  inflateEnd(&narrow);
  EXPECT_EQ(result, text);
}

TEST(Deflater, DeclinesWhatDoesNotShrink) {
  Deflater deflater(Compression::full_window);
  EXPECT_FALSE(deflater.deflate(""));
  EXPECT_FALSE(deflater.deflate("a"));
  std::mt19937_64 random(1);
  std::string noise;
  for (int i = 0; i < 5000; ++i) noise += static_cast<char>(random());
  EXPECT_FALSE(deflater.deflate(noise));
  EXPECT_EQ(inflated(deflated(deflater, "aaaaaaaaaaaaaaaaaaaa")), "aaaaaaaaaaaaaaaaaaaa");
}

TEST(Inflaters, LendsEachToOneAtATimeAndTakesThemBack) {
  Inflaters pool;
  const Inflater* first = nullptr;
  {
    const Inflaters::Lease one = pool.lend();
    const Inflaters::Lease two = pool.lend();
    EXPECT_NE(one.get(), two.get());
    first = one.get();
  }
  const Inflaters::Lease again = pool.lend();
  EXPECT_EQ(again.get(), first);
}

}  // namespace
}  // namespace chat::websocket
