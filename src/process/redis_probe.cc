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

constexpr std::string_view kUnknownCommand = "ERR unknown command";

// `who`: "Redis at redis://…".
RedisState judge(const redisReply* reply, const std::string& who, std::string_view command) {
  if (reply == nullptr) return RedisState::unreachable;
  if (reply->type != REDIS_REPLY_ERROR) return RedisState::ready;
  const std::string_view text = text_of(*reply);
  if (text.starts_with("LOADING")) return RedisState::loading;
  throw StartError(ExitCode::redis,
                   fmt::format("{} refuses {}: {}{}", who, command, text, store::advice_on(text)));
}

std::string name_of(const RedisAddress& address) { return "Redis at " + to_string(address); }

// What a Redis says of itself; nothing when it does not answer.
std::optional<std::string> info_of(RedisLink& link, const RedisAddress& address) {
  const RedisReplyPtr info = link.ask({"INFO"});
  if (judge(info.get(), name_of(address), "INFO") == RedisState::unreachable) return std::nullopt;
  return std::string(text_of(*info));
}

RedisState ask(RedisLink& link, const RedisAddress& address,
               const std::vector<std::string>& words) {
  const RedisReplyPtr reply = link.ask(words);
  return judge(reply.get(), name_of(address), words.front());
}

RedisState ask_about_fsync(RedisLink& link, const RedisAddress& address) {
  const std::vector<std::string> question = store::fsync_question();
  const RedisReplyPtr reply = link.ask(question);
  const RedisState state = judge(reply.get(), name_of(address), question.front());
  if (state != RedisState::ready) return state;
  std::vector<std::string> settings;
  for (std::size_t i = 0; i < reply->elements; ++i)
    settings.emplace_back(text_of(*reply->element[i]));
  const std::string objection = store::fsync_objection(settings);
  if (!objection.empty())
    throw StartError(ExitCode::redis, fmt::format("{}: {}", name_of(address), objection));
  return state;
}

void judge_sentinel(const redisReply* reply, const std::string& place) {
  if (reply == nullptr || reply->type != REDIS_REPLY_ERROR) return;
  throw StartError(ExitCode::redis,
                   fmt::format("the Sentinel {} refuses: {} (sentinel_password in --redis is its "
                               "password)",
                               place, text_of(*reply)));
}

// Asks one Sentinel; nothing when it does not know or does not answer, which `problem` tells.
std::optional<config::RedisHost> primary_by(const config::RedisHost& sentinel,
                                            const RedisAddress& address, milliseconds timeout,
                                            std::string& problem) {
  const std::string place = fmt::format("{}:{}", sentinel.host, sentinel.port);
  problem += fmt::format("; {} ", place);
  RedisLink link(address.at(sentinel), timeout);
  if (!link) {
    problem += fmt::format("does not answer ({})", link.problem());
    return std::nullopt;
  }
  if (!address.sentinel_password.empty())
    judge_sentinel(link.ask({"AUTH", address.sentinel_password}).get(), place);
  const RedisReplyPtr reply =
      link.ask({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", address.primary_name});
  if (reply && text_of(*reply).starts_with(kUnknownCommand)) {
    problem += "is a Redis and no Sentinel: those have a port of their own, mostly 26379";
    return std::nullopt;
  }
  judge_sentinel(reply.get(), place);
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
  if (!link) return fmt::format("does not answer ({})", link.problem());
  if (log_in(link, address) == RedisState::unreachable) return "does not answer";
  const std::optional<std::string> info = info_of(link, address);
  if (!info) return "does not answer";
  return store::is_primary(*info) ? "" : "is a replica";
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

RedisState probe(RedisLink& link, const RedisAddress& address, bool require_fsync) {
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

}  // namespace

RedisState probe_redis(const RedisAddress& address, milliseconds timeout, bool require_fsync) {
  RedisLink link(address, timeout);
  return probe(link, address, require_fsync);
}

RedisAddress require_redis(const RedisAddress& given, milliseconds timeout, bool require_fsync) {
  const bool watched = given.kind == RedisAddress::Kind::sentinel;
  RedisAddress address = watched ? primary_of(given, timeout) : given;
  const std::uint64_t deadline = monotonic_ms() + static_cast<std::uint64_t>(timeout.count());
  for (;;) {
    RedisLink link(address, timeout);
    const RedisState state = probe(link, address, require_fsync);
    if (state == RedisState::ready) return address;
    if (state == RedisState::unreachable)
      throw StartError(ExitCode::redis,
                       fmt::format("{} does not answer{}: start it, or change --redis",
                                   name_of(address), link ? "" : " (" + link.problem() + ")"));
    if (monotonic_ms() > deadline || Signals::stop_pending())
      throw StartError(ExitCode::redis, fmt::format("{} still loads its data: wait and start again",
                                                    name_of(address)));
    std::this_thread::sleep_for(kLoadingPause);
  }
}

bool has_replica(const RedisAddress& address, milliseconds timeout) {
  RedisLink link(address, timeout);
  if (!link) return false;
  log_in(link, address);
  return store::replicas_of(info_of(link, address).value_or("")) > 0;
}

}  // namespace chat::process
