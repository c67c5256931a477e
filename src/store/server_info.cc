#include "store/server_info.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace chat::store {
namespace {

constexpr int kOldestVersion = 7;  // contiguous stream ids, scripts that replicate their effects

struct Advice {
  std::string_view error;  // how it begins
  std::string_view text;
};

constexpr std::array kAdvice = {
    Advice{"NOAUTH", "it wants a password: --redis redis://USER:PASSWORD@HOST:PORT/15"},
    Advice{"WRONGPASS", "correct USER:PASSWORD in --redis"},
    Advice{"ERR invalid password", "correct USER:PASSWORD in --redis"},
    Advice{"ERR AUTH", "it has no password: take USER:PASSWORD@ out of --redis"},
    Advice{"NOPERM", "its user in --redis needs more rights there"},
    Advice{"ERR DB index", "it has fewer databases: name another one in --redis"},
    Advice{"ERR unknown command", "a Sentinel? Then it is --redis sentinel://HOST:PORT/NAME"},
};

// The value of a `name:value` line.
std::string_view field_of(std::string_view info, std::string_view name) {
  for (std::size_t line = 0; line < info.size();) {
    const std::size_t end = std::min(info.find("\r\n", line), info.size());
    const std::string_view text = info.substr(line, end - line);
    if (text.starts_with(name) && text.substr(name.size()).starts_with(':'))
      return text.substr(name.size() + 1);
    line = end + 2;
  }
  return {};
}

// The value of `name` among {name, value, …}.
std::string_view setting_of(const std::vector<std::string>& settings, std::string_view name) {
  for (std::size_t i = 0; i + 1 < settings.size(); i += 2)
    if (settings[i] == name) return settings[i + 1];
  return {};
}

}  // namespace

std::vector<std::string> fsync_question() {
  return {"CONFIG", "GET", "appendonly", "appendfsync", "no-appendfsync-on-rewrite"};
}

std::string fsync_objection(const std::vector<std::string>& settings) {
  const auto differs = [&](std::string_view name, std::string_view needed) {
    return setting_of(settings, name) != needed;
  };
  if (!differs("appendonly", "yes") && !differs("appendfsync", "always") &&
      !differs("no-appendfsync-on-rewrite", "no"))
    return {};
  return "with durable = disk, this Redis needs appendonly yes, appendfsync always and "
         "no-appendfsync-on-rewrite no";
}

std::string objection_to(std::string_view info) {
  const std::string_view version = field_of(info, "redis_version");
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  if (major < kOldestVersion)
    return "Redis 7.0 or newer is needed, this is " + std::string(version);
  if (field_of(info, "loading") != "0") return "Redis is loading its data";
  if (!is_primary(info)) return "this Redis is a replica";
  return {};
}

std::string advice_on(std::string_view error) {
  for (const Advice& advice : kAdvice)
    if (error.starts_with(advice.error)) return " (" + std::string(advice.text) + ")";
  return {};
}

std::size_t replicas_of(std::string_view info) {
  const std::string_view count = field_of(info, "connected_slaves");
  std::size_t replicas = 0;
  std::from_chars(count.data(), count.data() + count.size(), replicas);
  return replicas;
}

bool is_primary(std::string_view info) { return field_of(info, "role") == "master"; }

}  // namespace chat::store
