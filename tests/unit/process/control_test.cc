#include "process/control.h"

#include <gtest/gtest.h>

#include "config/options.h"

namespace chat::process {
namespace {

TEST(Control, CarriesWordsAndTextsBothWaysInOrder) {
  auto [master, worker] = ControlChannel::make_pair();
  EXPECT_TRUE(master.send(Word::reopen));
  EXPECT_TRUE(master.send(Word::reload, "port=1\n"));
  EXPECT_TRUE(worker.send(Word::ready));

  EXPECT_EQ(worker.receive()->word, Word::reopen);
  const auto reload = worker.receive();
  ASSERT_TRUE(reload);
  EXPECT_EQ(reload->word, Word::reload);
  EXPECT_EQ(reload->text, "port=1\n");
  EXPECT_FALSE(worker.receive());
  EXPECT_EQ(master.receive()->word, Word::ready);
}

TEST(Control, CarriesADescriptor) {
  auto [master, worker] = ControlChannel::make_pair();
  auto [here, there] = ControlChannel::make_pair();
  EXPECT_TRUE(master.send(Word::pictures, {}, there.fd()));
  EXPECT_TRUE(master.send(Word::reopen));
  { const ControlChannel closed = std::move(there); }
  auto message = worker.receive();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->word, Word::pictures);
  auto same = ControlChannel::adopt(std::move(message->descriptor));
  EXPECT_TRUE(here.send(Word::ready));
  EXPECT_EQ(same.receive()->word, Word::ready);
  EXPECT_FALSE(worker.receive()->descriptor);
}

TEST(Control, TellsThatTheOtherEndIsGoneAfterWhatItSaid) {
  auto [master, worker] = ControlChannel::make_pair();
  worker.send(Word::failed, "why");
  { const ControlChannel closed = std::move(worker); }
  EXPECT_EQ(master.receive()->text, "why");
  EXPECT_EQ(master.receive()->word, Word::gone);
  EXPECT_FALSE(master.send(Word::drain));
}

TEST(Control, AReceiverThatDoesNotReadBlocksNobody) {
  auto [master, worker] = ControlChannel::make_pair();
  const std::string text(4096, 'x');
  int sent = 0;
  while (master.send(Word::reload, text)) ASSERT_LT(++sent, 100'000);
  EXPECT_EQ(worker.receive()->text, text);
}

TEST(Control, AReloadCarriesEveryOptionThatReloads) {
  config::Settings sender;
  sender.max_devices = 3;
  sender.tls_cert = "/etc/a b.pem";
  sender.client_name = "a.example.org,b=c";
  sender.message_rate = {7, std::chrono::seconds(60)};
  config::Settings receiver;
  apply_reload(receiver, encode_reload(sender));
  for (const config::Option& option : config::options()) {
    if (!option.reloads) continue;
    EXPECT_EQ(option.print(receiver), option.print(sender)) << option.name;
  }
}

TEST(Control, AReloadLeavesOtherOptionsAlone) {
  config::Settings sender;
  sender.port = 1;
  sender.redis.path = "/elsewhere";
  config::Settings receiver;
  receiver.redis.path = "/here";
  apply_reload(receiver, encode_reload(sender) + "port=1\n");
  EXPECT_EQ(receiver.port, 8080U);
  EXPECT_EQ(receiver.redis.path, "/here");
}

}  // namespace
}  // namespace chat::process
