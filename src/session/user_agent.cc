#include "session/user_agent.h"

#include <algorithm>
#include <string_view>

#include "net/http_request.h"
#include "protocol/utf8.h"

namespace chat::session {
namespace {

constexpr std::size_t kMost = 512;

}  // namespace

std::string user_agent_of(const net::HttpRequest& request) {
  std::string_view left = request.header("user-agent").value_or("");
  std::string agent;
  while (!left.empty()) {
    const std::size_t size = protocol::utf8_character_size(left);
    if (agent.size() + std::max<std::size_t>(size, 1) > kMost) break;
    if (size == 0) agent += '?';
    agent += left.substr(0, size);
    left.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return agent;
}

}  // namespace chat::session
