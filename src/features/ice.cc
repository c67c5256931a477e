#include "features/ice.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <fstream>
#include <utility>
#include <vector>

#include "base/log.h"
#include "features/answer.h"
#include "features/budget.h"

namespace chat::features {
namespace {

// The parts of a comma list, without the blanks around them.
std::vector<std::string> parts_of(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view part = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

}  // namespace

std::string read_turn_secret(const config::Settings& settings) {
  std::string secret;
  if (!settings.turn_secret_file.empty())
    std::getline(std::ifstream(settings.turn_secret_file) >> std::ws, secret);
  while (secret.ends_with(' ') || secret.ends_with('\r')) secret.pop_back();
  if (secret.empty() && !settings.turn_secret_file.empty())
    log::error("{} holds no secret, or cannot be read: calls go without TURN",
               settings.turn_secret_file);
  return secret;
}

std::string turn_credential(std::string_view secret, std::string_view username) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(username.data()), username.size(), digest.data(),
       &size);
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> text;
  const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length)};
}

coro::Task<void> tell_ice_servers(Services& services, SessionPtr me, protocol::IceServers request) {
  const config::Settings& settings = services.settings;
  co_await spend(services, "ice", me->user_id(), rate_of(settings.ice_rate));
  protocol::IceServerList list;
  protocol::IceServer stun;
  stun.urls = parts_of(settings.stun_url);
  if (!stun.urls.empty()) list.mess.servers.push_back(std::move(stun));
  protocol::IceServer turn;
  turn.urls = parts_of(settings.turn_url);
  if (!turn.urls.empty() && !services.turn_secret.empty()) {
    const auto lifetime = std::chrono::duration_cast<std::chrono::seconds>(settings.turn_lifetime);
    const double expires = std::floor(unix_now()) + static_cast<double>(lifetime.count());
    turn.username = std::to_string(static_cast<std::int64_t>(expires)) + ':' + me->user_id();
    turn.credential = turn_credential(services.turn_secret, *turn.username);
    list.mess.servers.push_back(std::move(turn));
    list.mess.expires = expires;
  }
  answer(*me, request, std::move(list));
}

}  // namespace chat::features
