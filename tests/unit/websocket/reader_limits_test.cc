// What a client may send before it is refused: sizes, fragments, broken text and broken deflate
// data.
#include <gtest/gtest.h>
#include <malloc.h>

#include <string>

#include "websocket/client.h"
#include "websocket/frame.h"

namespace chat::websocket {
namespace {

using test::binary_frame;
using test::Client;
using test::client_frame;
using test::Events;
using test::from_hex;
using test::kFin;
using test::kRsv1;
using test::Options;
using test::ping_frame;
using test::text_frame;

constexpr int kText = 1;
constexpr int kBinary = 2;

Options with_deflate() {
  Options options;
  options.deflate = true;
  return options;
}

test::Outcome outcome_of(const std::string& stream, const Options& options = {}) {
  return test::read_every_way(stream, options, [&](std::size_t cut) {
    ADD_FAILURE() << "differs when cut at " << cut << ": " << testing::PrintToString(stream);
  });
}

// A client's frame with what the server would have sent compressed.
std::string deflated(std::string_view text) {
  Deflater deflater(Compression::full_window, 9);
  const auto output = deflater.deflate(text);
  return {output->bytes.get(), output->size};
}

TEST(ReaderLimits, MessageSizeIsBoundedOverAllFragments) {
  Options options;
  options.limits.max_message = 10;
  EXPECT_EQ(outcome_of(text_frame("0123456789"), options).code, 0);
  EXPECT_EQ(outcome_of(text_frame("0123456789a"), options).code, kTooBig);
  const std::string six = client_frame(kBinary, "012345");
  EXPECT_EQ(outcome_of(six + client_frame(kFin, "6789"), options).code, 0);
  EXPECT_EQ(outcome_of(six + client_frame(kFin, "6789a"), options).code, kTooBig);
  EXPECT_EQ(outcome_of(text_frame("01234567") + text_frame("01234567"), options).code, 0);
}

TEST(ReaderLimits, ATooLongMessageFailsWithItsHeader) {
  for (const char* head : {"82 ff 0000000001000001 00000000", "81 ff 7fffffffffffffff 00000000"}) {
    Client client;
    EXPECT_EQ(client.send(from_hex(head)), &failure::kTooLong) << head;
  }
}

TEST(ReaderLimits, StreamedMessagesHaveABoundOfTheirOwn) {
  Options options;
  options.mode = BinaryMode::streamed;
  options.limits.max_message = 4;
  options.limits.max_streamed_binary = 10;
  EXPECT_EQ(outcome_of(binary_frame("0123456789"), options).code, 0);
  EXPECT_EQ(outcome_of(binary_frame("0123456789a"), options).code, kTooBig);
}

TEST(ReaderLimits, DeclaredLengthReservesNothing) {
  Client client;
  const std::string start = from_hex("82 ff 0000000001000000 00000000 41");
  const std::size_t before = mallinfo2().uordblks;
  ASSERT_EQ(client.send(start), nullptr);
  EXPECT_LT(mallinfo2().uordblks, before + 1024);
  EXPECT_TRUE(client.reader.within_message());
}

TEST(ReaderLimits, BuffersAreFreedWithTheMessage) {
  Client client;
  const std::string frame = binary_frame(std::string(8 << 20, 'b'));
  const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  ASSERT_EQ(client.send_in_pieces(frame, 64 << 10), nullptr);
  ASSERT_EQ(client.sink.events.size(), 1u);
  client.sink.events = {};
  EXPECT_FALSE(client.reader.within_message());
  EXPECT_LT(mallinfo2().uordblks + mallinfo2().hblkhd, before + 1024);
}

TEST(ReaderLimits, FragmentsAreCounted) {
  Options options;
  options.limits.max_fragments = 100;
  std::string stream = client_frame(kText, "");
  for (int i = 0; i < 98; ++i) stream += client_frame(0, "");
  EXPECT_EQ(outcome_of(stream + client_frame(kFin, "x"), options).events, Events{"text:x"});
  EXPECT_EQ(outcome_of(stream + client_frame(0, "") + client_frame(0, ""), options).code,
            kPolicyViolation);
}

TEST(ReaderLimits, FragmentsOfStreamedMessagesHaveABoundOfTheirOwn) {
  Options options;
  options.mode = BinaryMode::streamed;
  options.limits.max_fragments = 2;
  options.limits.max_streamed_fragments = 5;
  std::string stream = client_frame(kBinary, "a");
  for (int i = 0; i < 3; ++i) stream += client_frame(0, "b");
  EXPECT_EQ(outcome_of(stream + client_frame(kFin, "c"), options).code, 0);
  EXPECT_EQ(outcome_of(stream + client_frame(0, "b") + client_frame(kFin, "c"), options).code,
            kPolicyViolation);
}

TEST(ReaderLimits, AMessageOfTensOfThousandsOfFragments) {
  const std::string piece(64, 'p');
  std::string stream = client_frame(kBinary, piece);
  for (int i = 0; i < 65'534; ++i) stream += client_frame(0, piece);
  stream += client_frame(kFin, piece);
  Client client;
  ASSERT_EQ(client.send_in_pieces(stream, 60'000), nullptr);
  ASSERT_EQ(client.sink.events.size(), 1u);
  EXPECT_EQ(client.sink.events[0].size(), std::string("binary:").size() + 65'536 * 64);
}

TEST(ReaderText, ACodePointMayBeCutAnywhere) {
  const std::string text = "\xCE\xBA\xE1\xBD\xB9 \xE4\xBD\xA0\xE5\xA5\xBD \xF0\x9F\x98\x80";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string stream = client_frame(kText, text.substr(0, cut)) + ping_frame("\xFF") +
                               client_frame(kFin, text.substr(cut));
    EXPECT_EQ(outcome_of(stream).events, (Events{"ping:\xFF", "text:" + text})) << cut;
  }
}

TEST(ReaderText, MustNotEndWithinACodePoint) {
  const std::string smile = "\xF0\x9F\x98\x80";
  for (std::size_t size = 1; size < smile.size(); ++size) {
    const std::string part = smile.substr(0, size);
    EXPECT_EQ(outcome_of(text_frame(part)).code, kInvalidData);
    EXPECT_EQ(outcome_of(client_frame(kText, part) + client_frame(kFin, "")).code, kInvalidData);
    EXPECT_EQ(outcome_of(text_frame(part) + text_frame(smile.substr(size))).code, kInvalidData);
  }
}

TEST(ReaderText, FailsAtTheFirstBadByteOfAFrame) {
  const std::string good = "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5";
  const std::string frame = text_frame(good + "\xF4\x90\x80\x80" + "edited");
  Client client;
  const std::size_t header = 6;
  ASSERT_EQ(client.send(frame.substr(0, header + good.size() + 1)), nullptr);
  EXPECT_EQ(client.send(frame.substr(header + good.size() + 1, 1)), &failure::kNotUtf8);
}

TEST(ReaderText, FailsWithTheFragmentThatIsBad) {
  Client client;
  EXPECT_EQ(client.send(client_frame(kText, "good \xED")), nullptr);
  EXPECT_EQ(client.send(client_frame(0, "\xA0")), &failure::kNotUtf8);
}

TEST(ReaderText, BinaryMessagesHoldAnything) {
  EXPECT_EQ(outcome_of(binary_frame("\xFF\xFE\xC0")).code, 0);
}

TEST(ReaderDeflate, ReadsCompressedMessages) {
  const std::string text(500, 't');
  const std::string payload = deflated(text);
  const std::string stream = client_frame(kFin | kRsv1 | kText, payload) + text_frame("plain") +
                             client_frame(kFin | kRsv1 | kBinary, payload);
  EXPECT_EQ(outcome_of(stream, with_deflate()).events,
            (Events{"text:" + text, "text:plain", "binary:" + text}));
}

TEST(ReaderDeflate, ACompressedMessageMayBeCutAnywhere) {
  const std::string text = "some text, some more text, some text again";
  const std::string payload = deflated(text);
  for (std::size_t cut = 0; cut <= payload.size(); ++cut) {
    const std::string stream = client_frame(kRsv1 | kText, payload.substr(0, cut)) +
                               ping_frame("!") + client_frame(kFin, payload.substr(cut));
    EXPECT_EQ(outcome_of(stream, with_deflate()).events, (Events{"ping:!", "text:" + text})) << cut;
  }
}

TEST(ReaderDeflate, MessagesOfManyConnectionsDoNotMix) {
  const Limits limits;
  Inflaters pool;
  test::RecordingSink sinks[2];
  Reader first(limits, &pool, BinaryMode::whole);
  Reader second(limits, &pool, BinaryMode::whole);
  std::string one = client_frame(0xC1, deflated(std::string(300, '1') + "abc"));
  std::string two = client_frame(0xC1, deflated(std::string(300, '2') + "xyz"));
  ASSERT_EQ(one.size(), two.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    ASSERT_EQ(first.feed({&one[i], 1}, sinks[0]), nullptr);
    ASSERT_EQ(second.feed({&two[i], 1}, sinks[1]), nullptr);
  }
  EXPECT_EQ(sinks[0].events, Events{"text:" + std::string(300, '1') + "abc"});
  EXPECT_EQ(sinks[1].events, Events{"text:" + std::string(300, '2') + "xyz"});
}

TEST(ReaderDeflate, Rsv1BelongsToTheFirstFrameOnly) {
  const std::string payload = deflated(std::string(100, 'a'));
  const std::string start = client_frame(kRsv1 | kText, payload.substr(0, 2));
  EXPECT_EQ(outcome_of(start + client_frame(kFin | kRsv1, payload.substr(2)), with_deflate()).code,
            kProtocolError);
  EXPECT_EQ(
      outcome_of(client_frame(kText, "a") + client_frame(kFin | kRsv1, "b"), with_deflate()).code,
      kProtocolError);
  for (const int control : {0xC8, 0xC9, 0xCA})
    EXPECT_EQ(outcome_of(client_frame(control, ""), with_deflate()).code, kProtocolError);
}

TEST(ReaderDeflate, BrokenDataFailsWith1007) {
  for (const char* hex : {"ff ff ff ff", "00 05 00 05 00 41", "f2 48 cd c9", "05 ff ff ff ff ff"})
    EXPECT_EQ(outcome_of(client_frame(0xC2, from_hex(hex)), with_deflate()).code, kInvalidData)
        << hex;
  const std::string bad_text = deflated(std::string(50, 'a') + "\xFF");
  EXPECT_EQ(outcome_of(client_frame(0xC1, bad_text), with_deflate()).code, kInvalidData);
  EXPECT_EQ(outcome_of(client_frame(0xC2, bad_text), with_deflate()).code, 0);
}

TEST(ReaderDeflate, ABombFailsEarlyWith1009) {
  Options options = with_deflate();
  options.limits.max_message = 1 << 20;
  const std::string bomb = client_frame(0xC2, deflated(std::string(64 << 20, '\0')));
  ASSERT_LT(bomb.size(), 80'000u);
  Client client(options);
  EXPECT_EQ(client.send(bomb.substr(0, 3000)), &failure::kTooLong);
  EXPECT_FALSE(client.reader.within_message());
}

TEST(ReaderDeflate, AnUploadIsInflatedWhileItStreams) {
  Options options = with_deflate();
  options.mode = BinaryMode::streamed;
  options.limits.max_message = 100;
  const std::string file(3000, 'f');
  const std::string payload = deflated(file);
  EXPECT_EQ(outcome_of(client_frame(0xC2, payload), options).events,
            (Events{"first:", "last:" + file}));

  options.limits.max_streamed_binary = 2999;
  Client client(options);
  EXPECT_EQ(client.send(client_frame(0xC2, payload)), &failure::kTooLong);
}

}  // namespace
}  // namespace chat::websocket
