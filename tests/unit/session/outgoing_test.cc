#include "session/outgoing.h"

#include <gtest/gtest.h>

#include <string>

#include "protocol/messages.h"

namespace chat::session {
namespace {

using protocol::Wire;
using websocket::Compression;

protocol::Chat chat_of(std::string text) {
  protocol::Chat chat(protocol::type::text);
  chat.sender_id = "a";
  chat.receiver_id = "0";
  chat.mess = std::move(text);
  return chat;
}

TEST(Outgoing, FramesOncePerWireAndSharesTheBytes) {
  Framer framer(1024);
  const protocol::Chat chat = chat_of("hello");
  Outgoing outgoing(framer, chat);
  const char* const legacy = outgoing.frame(Wire::legacy, Compression::none).data();
  EXPECT_EQ(outgoing.frame(Wire::legacy, Compression::none).data(), legacy);
  EXPECT_EQ(static_cast<unsigned char>(legacy[0]), 0x81);
  const SharedBytes& v1 = outgoing.frame(Wire::v1, Compression::none);
  EXPECT_EQ(static_cast<unsigned char>(v1.data()[0]), 0x82);
}

TEST(Outgoing, CompressesLongMessagesForThoseWhoCanReadThem) {
  Framer framer(1024);
  const protocol::Chat chat = chat_of(std::string(5000, 'x'));
  Outgoing outgoing(framer, chat);
  const SharedBytes plain = outgoing.frame(Wire::v1, Compression::none);
  const SharedBytes deflated = outgoing.frame(Wire::v1, Compression::full_window);
  EXPECT_GT(plain.size(), 5000u);
  EXPECT_LT(deflated.size(), 500u);
  EXPECT_EQ(static_cast<unsigned char>(deflated.data()[0]), 0xC2);
}

TEST(Outgoing, LeavesShortMessagesAsTheyAre) {
  Framer framer(1024);
  const protocol::Chat chat = chat_of("short");
  Outgoing outgoing(framer, chat);
  EXPECT_EQ(outgoing.frame(Wire::v1, Compression::full_window).data(),
            outgoing.frame(Wire::v1, Compression::none).data());
}

TEST(Outgoing, KnowsWhatLegacyClientsDoNot) {
  Framer framer(1024);
  const protocol::MessageStored stored;
  const protocol::Chat chat = chat_of("x");
  EXPECT_TRUE(Outgoing(framer, stored).v1_only());
  EXPECT_FALSE(Outgoing(framer, chat).v1_only());
}

}  // namespace
}  // namespace chat::session
