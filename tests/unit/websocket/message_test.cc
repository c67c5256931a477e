#include "websocket/message.h"

#include <gtest/gtest.h>

#include <string>

#include "websocket/client.h"

namespace chat::websocket {
namespace {

using test::from_hex;
using test::RecordingSink;

constexpr std::uint32_t kAnyFragments = 1000;

std::string deflated(std::string_view text) {
  Deflater deflater(Compression::full_window, 9);
  const auto output = deflater.deflate(text);
  return {output->bytes.get(), output->size};
}

TEST(Message, BoundsTheSumOfItsFramesAsTheyAreAnnounced) {
  Message message(Delivery::binary, {10, kAnyFragments}, {});
  EXPECT_EQ(message.begin_frame(6), nullptr);
  EXPECT_EQ(message.begin_frame(4), nullptr);
  EXPECT_EQ(message.begin_frame(0), nullptr);
  EXPECT_EQ(message.begin_frame(1), &failure::kTooLong);

  Message huge(Delivery::binary, {10, kAnyFragments}, {});
  EXPECT_EQ(huge.begin_frame(1), nullptr);
  EXPECT_EQ(huge.begin_frame(0x7FFFFFFFFFFFFFFF), &failure::kTooLong);
}

TEST(Message, BoundsTheNumberOfItsFrames) {
  Message message(Delivery::text, {10, 3}, {});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(message.begin_frame(0), nullptr);
  EXPECT_EQ(message.begin_frame(0), &failure::kTooManyFragments);
}

TEST(Message, BoundsWhatItInflatesTo) {
  RecordingSink sink;
  Inflaters pool;
  const std::string payload = deflated(std::string(1000, 'a'));
  for (const std::uint64_t max : {999u, 1000u}) {
    Message message(Delivery::text, {max, kAnyFragments}, pool.lend());
    ASSERT_EQ(message.begin_frame(payload.size()), nullptr);
    EXPECT_EQ(message.add(payload, sink), max == 1000 ? nullptr : &failure::kTooLong);
  }
}

TEST(Message, BoundsCompressedBytesThatInflateToNothing) {
  RecordingSink sink;
  Inflaters pool;
  Message message(Delivery::text, {1000, 1'000'000}, pool.lend());
  const std::string empty_block = from_hex("00 0000 ffff");
  int frames = 0;
  while (message.begin_frame(empty_block.size()) == nullptr) {
    ASSERT_EQ(message.add(empty_block, sink), nullptr);
    ASSERT_LT(++frames, 1000);
  }
  EXPECT_GE(frames * empty_block.size(), 1000u);
}

TEST(Message, ChecksInflatedTextAsItComes) {
  RecordingSink sink;
  Inflaters pool;
  Message message(Delivery::text, {1000, kAnyFragments}, pool.lend());
  const std::string payload = deflated(std::string(100, 'a') + "\xFF" + std::string(100, 'a'));
  ASSERT_EQ(message.begin_frame(payload.size() + 1), nullptr);
  EXPECT_EQ(message.add(payload, sink), &failure::kNotUtf8);
  EXPECT_TRUE(sink.events.empty());
}

TEST(Message, StreamsInflatedPieces) {
  RecordingSink sink;
  Inflaters pool;
  Message message(Delivery::binary_chunks, {1 << 20, kAnyFragments}, pool.lend());
  const std::string data(100'000, 'b');
  const std::string payload = deflated(data);
  ASSERT_EQ(message.begin_frame(payload.size()), nullptr);
  ASSERT_EQ(message.add(payload, sink), nullptr);
  EXPECT_GT(sink.chunks, 3);
  EXPECT_EQ(sink.events, test::Events{"first:"});
  ASSERT_EQ(message.finish(sink), nullptr);
  EXPECT_EQ(sink.events.back(), "last:" + data);
}

TEST(Message, CompressedMessageOfNoBytesIsEmpty) {
  RecordingSink sink;
  Inflaters pool;
  Message message(Delivery::text, {10, kAnyFragments}, pool.lend());
  ASSERT_EQ(message.begin_frame(0), nullptr);
  EXPECT_EQ(message.finish(sink), nullptr);
  EXPECT_EQ(sink.events, test::Events{"text:"});
}

}  // namespace
}  // namespace chat::websocket
