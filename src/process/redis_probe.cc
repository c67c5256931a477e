#include "process/redis_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "process/redis_link.h"
#include "process/signals.h"
#include "process/start_error.h"
#include "store/server_info.h"

namespace chat::process {
namespace {

using config::RedisAddress;
using std::chrono::milliseconds;

constexpr milliseconds kLoadingPause{50};

RedisState judge(const redisReply* reply, const std::string& place, std::string_view command) {
  if (reply == nullptr) return RedisState::unreachable;
  if (reply->type != REDIS_REPLY_ERROR) return RedisState::ready;
  const std::string_view text = text_of(*reply);
  if (text.starts_with("LOADING")) return RedisState::loading;
  throw StartError(ExitCode::redis,
                   fmt::format("Redis at {} refuses {}: {}", place, command, text));
}

RedisState ask(RedisLink& link, const RedisAddress& address,
               const std::vector<std::string>& words) {
  const RedisReplyPtr reply = link.ask(words);
  return judge(reply.get(), to_string(address), words.front());
}

RedisState ask_about_fsync(RedisLink& link, const RedisAddress& address) {
  const std::vector<std::string> question = store::fsync_question();
  const RedisReplyPtr reply = link.ask(question);
  const RedisState state = judge(reply.get(), to_string(address), question.front());
  if (state != RedisState::ready) return state;
  std::vector<std::string> settings;
  for (std::size_t i = 0; i < reply->elements; ++i)
    settings.emplace_back(text_of(*reply->element[i]));
  const std::string objection = store::fsync_objection(settings);
  if (!objection.empty())
    throw StartError(ExitCode::redis,
                     fmt::format("Redis at {}: {}", to_string(address), objection));
  return state;
}

// Asks one Sentinel; nothing when it does not know or does not answer, which `problem` tells.
std::optional<config::RedisHost> primary_by(const config::RedisHost& sentinel,
                                            const RedisAddress& address, milliseconds timeout,
                                            std::string& problem) {
  const std::string place = fmt::format("{}:{}", sentinel.host, sentinel.port);
  problem += fmt::format("; {} ", place);
  RedisLink link(address.at(sentinel), timeout);
  if (!link) {
    problem += "does not answer";
    return std::nullopt;
  }
  if (!address.sentinel_password.empty())
    judge(link.ask({"AUTH", address.sentinel_password}).get(), "the Sentinel " + place, "AUTH");
  const RedisReplyPtr reply =
      link.ask({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", address.primary_name});
  judge(reply.get(), "the Sentinel " + place, "SENTINEL");
  if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2) {
    problem += "does not know it";
    return std::nullopt;
  }
  const std::string_view port = text_of(*reply->element[1]);
  config::RedisHost primary;
  primary.host = text_of(*reply->element[0]);
  std::from_chars(port.data(), port.data() + port.size(), primary.port);
  return primary;
}

RedisState log_in(RedisLink& link, const RedisAddress& address) {
  if (address.password.empty()) return RedisState::ready;
  if (address.user.empty()) return ask(link, address, {"AUTH", address.password});
  return ask(link, address, {"AUTH", address.user, address.password});
}

// Why that server is not the primary that a Sentinel takes it for; empty when it is.
std::string objection_to_primary(const RedisAddress& address, milliseconds timeout) {
  RedisLink link(address, timeout);
  if (!link || log_in(link, address) == RedisState::unreachable) return "does not answer";
  const RedisReplyPtr info = link.ask({"INFO"});
  if (judge(info.get(), to_string(address), "INFO") == RedisState::unreachable)
    return "does not answer";
  return store::is_primary(text_of(*info)) ? "" : "is a replica";
}

// A Sentinel that was cut off may still name the primary of before: the server itself must agree.
RedisAddress primary_of(const RedisAddress& address, milliseconds timeout) {
  std::string problem;
  std::vector<config::RedisHost> refused;
  for (const config::RedisHost& sentinel : address.sentinels) {
    const auto primary = primary_by(sentinel, address, timeout, problem);
    if (!primary) continue;
    problem += fmt::format("names {}:{}", primary->host, primary->port);
    if (std::ranges::find(refused, *primary) != refused.end()) continue;
    RedisAddress found = address.at(*primary);
    const std::string objection = objection_to_primary(found, timeout);
    if (objection.empty()) return found;
    problem += ", which " + objection;
    refused.push_back(*primary);
  }
  throw StartError(ExitCode::redis,
                   fmt::format("no Sentinel names the primary {}{}; start them, or "
                               "change --redis",
                               address.primary_name, problem));
}

}  // namespace

RedisState probe_redis(const RedisAddress& address, milliseconds timeout, bool require_fsync) {
  RedisLink link(address, timeout);
  if (!link) return RedisState::unreachable;
  RedisState state = log_in(link, address);
  if (state != RedisState::ready) return state;
  const std::string database = std::to_string(address.database);
  state = ask(link, address, {"SELECT", database});
  if (state != RedisState::ready) return state;
  state = ask(link, address, {"PING"});
  if (state != RedisState::ready || !require_fsync) return state;
  return ask_about_fsync(link, address);
}

void require_redis(const RedisAddress& given, milliseconds timeout, bool require_fsync) {
  const bool watched = given.kind == RedisAddress::Kind::sentinel;
  const RedisAddress address = watched ? primary_of(given, timeout) : given;
  const std::uint64_t deadline = monotonic_ms() + static_cast<std::uint64_t>(timeout.count());
  RedisState state = probe_redis(address, timeout, require_fsync);
  while (state == RedisState::loading && monotonic_ms() < deadline && !Signals::stop_pending()) {
    std::this_thread::sleep_for(kLoadingPause);
    state = probe_redis(address, timeout, require_fsync);
  }
  if (state == RedisState::ready) return;
  const char* what = state == RedisState::loading ? "still loads its data: wait and start again"
                                                  : "does not answer: start it, or change --redis";
  throw StartError(ExitCode::redis, fmt::format("Redis at {} {}", to_string(address), what));
}

}  // namespace chat::process
