#include "http_support.h"

#include <cstdlib>

namespace chat::net::test {

std::string Answer::field(const std::string& name) const {
  const std::string key = "\r\n" + name + ": ";
  const std::size_t begin = head.find(key);
  if (begin == std::string::npos) return "";
  const std::size_t value = begin + key.size();
  return head.substr(value, head.find("\r\n", value) - value);
}

HttpFixture::HttpFixture(const HttpOptions& options)
    : server_(std::make_unique<HttpServer>(loop_, options)) {}

Client HttpFixture::open(const TlsContext* tls) {
  auto pair = make_tcp_pair();
  const IpAddress loopback = *IpAddress::parse("127.0.0.1");
  server_->accept(std::move(pair.server), CountedPeer(counters_, 0, loopback), tls);
  return Client(std::move(pair.client));
}

Client HttpFixture::connect() { return open(nullptr); }

Client HttpFixture::connect_tls() {
  Client client = open(&tls_);
  client.start_tls();
  return client;
}

bool HttpFixture::until(const std::function<bool()>& done, Client& client) {
  return run_until(loop_, [&] {
    client.pump();
    return done();
  });
}

void HttpFixture::turn(Client& client, int times) {
  for (int i = 0; i < times; ++i) {
    client.pump();
    loop_.run_once(std::chrono::milliseconds(1));
  }
  client.pump();
}

Answer HttpFixture::read_answer(Client& client, bool with_body) {
  Answer answer;
  std::size_t end = 0;
  std::size_t length = 0;
  until(
      [&] {
        const std::string& text = client.received();
        end = text.find("\r\n\r\n");
        if (end == std::string::npos) return client.closed();
        answer.head = text.substr(0, end + 2);
        length = with_body ? std::strtoul(answer.field("Content-Length").c_str(), nullptr, 10) : 0;
        return text.size() >= end + 4 + length || client.closed();
      },
      client);
  const std::string text = client.take_received();
  if (end == std::string::npos || text.size() < end + 4 + length) return {};
  answer.status = std::atoi(answer.head.c_str() + std::string("HTTP/1.1 ").size());
  answer.body = text.substr(end + 4, length);
  client.put_back(text.substr(end + 4 + length));
  return answer;
}

Answer HttpFixture::ask(const std::string& request) {
  Client client = connect();
  client.send(request);
  return read_answer(client, !request.starts_with("HEAD"));
}

}  // namespace chat::net::test
