#include "process/policy.h"

#include <string>
#include <string_view>
#include <vector>

namespace chat::process {
namespace {

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view name = text.substr(0, comma);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (!name.empty()) names.emplace_back(name);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return names;
}

}  // namespace

websocket::Policy policy_of(const config::Settings& settings) {
  websocket::Policy policy;
  policy.server_names = split_list(settings.server_name);
  policy.client_names = split_list(settings.client_name);
  policy.deflate = settings.compression;
  return policy;
}

}  // namespace chat::process
