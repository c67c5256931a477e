#include "net/tls.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <optional>

#include "support.h"

namespace chat::net {
namespace {

using test::Client;

// A server that greets each client over TLS.
class Greeter final : ConnectionHandler {
 public:
  explicit Greeter(const TlsContext& tls) : tls_(tls) {}

  Client connect() {
    auto pair = test::make_tcp_pair();
    connection_ = Connection::open(loop_, std::move(pair.server), CountedPeer(counters_, 0, {}),
                                   &tls_, *this);
    connection_->send(SharedBytes("welcome"));
    cause_.reset();
    return Client(std::move(pair.client));
  }

  // Whether the client got its greeting.
  bool greet(Client& client) {
    test::run_until(loop_, [&] {
      client.pump();
      return client.received() == "welcome" || client.closed();
    });
    return client.received() == "welcome";
  }

  std::optional<CloseCause> cause() const { return cause_; }

 private:
  void on_data(std::span<char>) override {}
  void on_closed(CloseCause cause) override { cause_ = cause; }

  const TlsContext& tls_;
  SharedCounters counters_{1};
  EventLoop loop_;
  ConnectionPtr connection_;
  std::optional<CloseCause> cause_;
};

using Session = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;

Session session_of(const Client& client) {
  return {SSL_get1_session(client.tls()), &SSL_SESSION_free};
}

std::string ticket_of(const Session& session) {
  const unsigned char* ticket = nullptr;
  std::size_t size = 0;
  if (session != nullptr) SSL_SESSION_get0_ticket(session.get(), &ticket, &size);
  return {reinterpret_cast<const char*>(ticket), size};
}

std::string subject_of(const Client& client) {
  X509* certificate = SSL_get1_peer_certificate(client.tls());
  char name[100] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof(name));
  X509_free(certificate);
  return name;
}

class TlsTest : public testing::Test {
 protected:
  std::string error_of(const TlsFiles& files) {
    try {
      const TlsContext context(files, keys_, std::chrono::hours(1));
      return "";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }

  test::TempFolder folder_;
  TicketKeys keys_;
  TlsFiles files_ = test::make_certificate(folder_);
};

TEST_F(TlsTest, NegotiatesTls13AndTls12AndNothingOlder) {
  const TlsContext context(files_, keys_, std::chrono::hours(1));
  Greeter greeter(context);
  Client newest = greeter.connect();
  newest.start_tls();
  ASSERT_TRUE(greeter.greet(newest));
  EXPECT_STREQ(SSL_get_version(newest.tls()), "TLSv1.3");
  EXPECT_STREQ(SSL_get_cipher(newest.tls()), "TLS_AES_128_GCM_SHA256");

  Client older = greeter.connect();
  older.start_tls(nullptr, TLS1_2_VERSION);
  ASSERT_TRUE(greeter.greet(older));
  EXPECT_STREQ(SSL_get_version(older.tls()), "TLSv1.2");
  EXPECT_STREQ(SSL_get_cipher(older.tls()), "ECDHE-ECDSA-AES128-GCM-SHA256");

  Client oldest = greeter.connect();
  oldest.start_tls(nullptr, TLS1_1_VERSION);
  EXPECT_FALSE(greeter.greet(oldest));
}

TEST_F(TlsTest, SpeaksHttp11ByAlpn) {
  const TlsContext context(files_, keys_, std::chrono::hours(1));
  Greeter greeter(context);
  Client client = greeter.connect();
  client.start_tls(nullptr, 0, "http/1.1");
  ASSERT_TRUE(greeter.greet(client));
  const unsigned char* chosen = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(client.tls(), &chosen, &length);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), length), "http/1.1");

  Client other = greeter.connect();
  other.start_tls(nullptr, 0, "h2");
  EXPECT_FALSE(greeter.greet(other));
}

class TicketTest : public TlsTest, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Versions, TicketTest, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

TEST_P(TicketTest, AreValidOnEveryWorkerAndRotate) {
  // Two contexts with the same keys stand for two workers.
  const TlsContext first(files_, keys_, std::chrono::hours(1));
  const TlsContext second(files_, keys_, std::chrono::hours(1));
  Greeter greeter(first);
  Greeter other_greeter(second);

  Client client = greeter.connect();
  client.start_tls(nullptr, GetParam());
  ASSERT_TRUE(greeter.greet(client));
  EXPECT_EQ(SSL_session_reused(client.tls()), 0);
  const Session session = session_of(client);

  const auto resumes = [&](Greeter& at) {
    Client again = at.connect();
    again.start_tls(session.get(), GetParam());
    EXPECT_TRUE(at.greet(again));
    return SSL_session_reused(again.tls()) == 1;
  };
  EXPECT_TRUE(resumes(other_greeter));
  keys_.rotate();
  EXPECT_TRUE(resumes(other_greeter)) << "the key before the current one still counts";
  keys_.rotate();
  EXPECT_FALSE(resumes(other_greeter));
}

TEST_F(TlsTest, GivesANewTicketWithEachResumption) {
  const TlsContext context(files_, keys_, std::chrono::hours(1));
  Greeter greeter(context);
  Session session(nullptr, &SSL_SESSION_free);
  for (int connection = 0; connection < 4; ++connection) {
    Client client = greeter.connect();
    client.start_tls(session.get(), TLS1_3_VERSION);
    ASSERT_TRUE(greeter.greet(client));
    EXPECT_EQ(SSL_session_reused(client.tls()), connection == 0 ? 0 : 1);
    Session next = session_of(client);
    EXPECT_NE(ticket_of(next), ticket_of(session)) << "clients use a ticket once";
    session = std::move(next);
  }
}

TEST_F(TlsTest, ReloadServesNewConnectionsAndKeepsTheOldOnFailure) {
  TlsContext context(files_, keys_, std::chrono::hours(1));
  Greeter greeter(context);
  Client before = greeter.connect();
  before.start_tls();
  ASSERT_TRUE(greeter.greet(before));
  EXPECT_EQ(subject_of(before), "server");

  const TlsFiles renewed = test::make_certificate(folder_, "renewed");
  EXPECT_EQ(context.reload(renewed), std::nullopt);
  Client after = greeter.connect();
  after.start_tls();
  ASSERT_TRUE(greeter.greet(after));
  EXPECT_EQ(subject_of(after), "renewed");

  const auto error = context.reload({renewed.certificate, files_.key});
  ASSERT_TRUE(error.has_value());
  EXPECT_NE(error->find("does not belong"), std::string::npos) << *error;
  Client still = greeter.connect();
  still.start_tls();
  ASSERT_TRUE(greeter.greet(still));
  EXPECT_EQ(subject_of(still), "renewed");
}

TEST_F(TlsTest, FailuresAreOneClearLine) {
  const std::string garbage = folder_.write("garbage.pem", "not a certificate\n");
  const std::string rsa = folder_.path() + "/rsa.key";
  {
    EVP_PKEY* key = EVP_RSA_gen(2048);
    FILE* out = std::fopen(rsa.c_str(), "w");
    PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
    EVP_PKEY_free(key);
  }
  const std::string locked = folder_.path() + "/locked.key";
  {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    FILE* out = std::fopen(locked.c_str(), "w");
    const unsigned char pass[] = "secret";
    PEM_write_PrivateKey(out, key, EVP_aes_128_cbc(), pass, sizeof(pass) - 1, nullptr, nullptr);
    std::fclose(out);
    EVP_PKEY_free(key);
  }
  const struct {
    TlsFiles files;
    std::string names;
    std::string says;
  } cases[] = {
      {{"/no/such.pem", files_.key}, "/no/such.pem", "No such file"},
      {{files_.certificate, "/no/such.key"}, "/no/such.key", "No such file"},
      {{garbage, files_.key}, garbage, "no start line"},
      {{files_.certificate, garbage}, garbage, ""},
      {{files_.certificate, test::make_certificate(folder_, "other").key},
       "other.key",
       "does not belong to the certificate"},
      {{files_.certificate, rsa}, rsa, "does not belong to the certificate"},
      {{files_.certificate, locked}, locked, "passphrase"},
  };
  for (const auto& [files, names, says] : cases) {
    const std::string error = error_of(files);
    EXPECT_NE(error.find(names), std::string::npos) << error;
    EXPECT_NE(error.find(says), std::string::npos) << error;
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
    EXPECT_EQ(error.find("unknown error"), std::string::npos) << error;
  }
}

TEST(TicketKeysTest, FindTheCurrentAndThePreviousByName) {
  TicketKeys keys;
  const auto first = keys.current().name;
  EXPECT_EQ(keys.find(first.data()), &keys.current());
  keys.rotate();
  EXPECT_NE(keys.current().name, first);
  ASSERT_NE(keys.find(first.data()), nullptr);
  EXPECT_EQ(keys.find(first.data())->name, first);
  keys.rotate();
  EXPECT_EQ(keys.find(first.data()), nullptr);
  const unsigned char zero[16] = {};
  EXPECT_EQ(TicketKeys().find(zero), nullptr) << "slots never drawn hold no key";
}

bool same(const TicketKeys::Key& one, const TicketKeys::Key& other) {
  return one.name == other.name && one.aes == other.aes && one.hmac == other.hmac;
}

TEST(TicketKeysTest, AnotherServerGoesOnWithTheCurrentAndThePrevious) {
  TicketKeys old;
  old.rotate();
  const auto previous = old.current().name;
  old.rotate();
  TicketKeys next;
  const auto own = next.current().name;
  EXPECT_TRUE(next.adopt(old.to_text()));
  EXPECT_TRUE(same(next.current(), old.current()));
  ASSERT_NE(next.find(previous.data()), nullptr);
  EXPECT_TRUE(same(*next.find(previous.data()), *old.find(previous.data())));
  EXPECT_EQ(next.find(own.data()), nullptr) << "it sealed nothing with the one it drew";
  next.rotate();
  EXPECT_NE(next.find(old.current().name.data()), nullptr);
  EXPECT_EQ(next.find(previous.data()), nullptr);
}

TEST(TicketKeysTest, AnotherServerGoesOnWithTheFirst) {
  TicketKeys old;
  TicketKeys next;
  EXPECT_TRUE(next.adopt(old.to_text()));
  EXPECT_TRUE(same(next.current(), old.current()));
  EXPECT_EQ(next.to_text().size(), 2 * old.to_text().size()) << "with its own before it";
}

TEST(TicketKeysTest, WhatAreNoKeysChangesNothing) {
  const std::string good = TicketKeys().to_text();
  TicketKeys keys;
  const std::string before = keys.to_text();
  for (const std::string& text : {std::string(), std::string("zz"), good.substr(1), good.substr(2),
                                  good + "00", good + 'g', good + good + good})
    EXPECT_FALSE(keys.adopt(text)) << text.size();
  EXPECT_EQ(keys.to_text(), before);
}

}  // namespace
}  // namespace chat::net
