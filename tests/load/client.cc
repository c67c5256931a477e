#include "load/client.h"

#include <stdexcept>
#include <utility>

namespace load {
namespace {

// Engine.IO 4 packets, and socket.io's CONNECT within one of them.
constexpr std::string_view kEngineIoOpen = "0", kEngineIoPing = "2", kEngineIoPong = "3";
constexpr std::string_view kSocketIoConnect = "40";

}  // namespace

Client::Client(const Options& options, const Endpoint& server, SSL_CTX* tls, Account account)
    : wire_(options.wire), host_(server.host), stream_(server, tls), account_(std::move(account)) {}

void Client::on_ready(std::span<char> buffer, const OnPayload& on_payload) {
  if (stage_ == Stage::connecting) {
    if (!stream_.connected()) return;
    stage_ = Stage::upgrading;
    stream_.write(upgrade_request(wire_, host_));
  }
  stream_.flush();
  for (;;) {
    const int got = stream_.read(buffer);
    if (got == 0) return;
    if (got < 0) throw std::runtime_error("the server ended the connection of " + account_.name);
    on_bytes({buffer.data(), static_cast<std::size_t>(got)}, on_payload);
    if (!stream_.may_have_more(got, buffer.size())) return;
  }
}

void Client::send(std::string_view payload) {
  stream_.write(client_frame(wire_ == Wire::msgpack ? kBinary : kText, payload));
}

void Client::on_bytes(std::string_view bytes, const OnPayload& on_payload) {
  const auto on_each = [&](unsigned opcode, std::string_view payload) {
    on_frame(opcode, payload, on_payload);
  };
  if (stage_ != Stage::upgrading) {
    frames_.feed(bytes, on_each);
    return;
  }
  head_ += bytes;
  const auto end = head_.find("\r\n\r\n");
  if (end == std::string::npos) return;
  if (!head_.starts_with("HTTP/1.1 101 "))
    throw std::runtime_error("no upgrade: " + head_.substr(0, head_.find('\r')));
  stage_ = wire_ == Wire::raw ? Stage::logged_in : Stage::entering;
  if (wire_ == Wire::legacy || wire_ == Wire::msgpack) send(login_request(wire_, account_));
  const std::string head = std::exchange(head_, {});
  frames_.feed(std::string_view(head).substr(end + 4), on_each);
}

void Client::on_frame(unsigned opcode, std::string_view payload, const OnPayload& on_payload) {
  if (opcode == kPing) {
    stream_.write(client_frame(kPong, payload));
  } else if (opcode == kClose) {
    const auto reason = payload.substr(payload.size() < 2 ? payload.size() : 2);
    throw std::runtime_error("closed by the server: " + std::string(reason));
  } else if (wire_ == Wire::socketio && payload == kEngineIoPing) {
    send(kEngineIoPong);
  } else if (stage_ == Stage::logged_in) {
    on_payload(payload);
  } else {
    enter(payload);
  }
}

void Client::enter(std::string_view payload) {
  if (wire_ == Wire::socketio) {
    if (payload.starts_with(kEngineIoOpen)) send(kSocketIoConnect);
    if (payload.starts_with(kSocketIoConnect)) stage_ = Stage::logged_in;
  } else if (type_of(wire_, payload) == 205) {
    if (!read_login(wire_, payload, account_)) throw std::runtime_error("login without a session");
    stage_ = Stage::logged_in;
  } else if (const int type = type_of(wire_, payload); type == 204 || type == 901 || type == 900) {
    throw std::runtime_error("login refused with " + std::to_string(type));
  }
}

}  // namespace load
