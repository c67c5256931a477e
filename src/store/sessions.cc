#include "store/sessions.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include "store/digest.h"
#include "store/sessions_scripts.h"

namespace chat::store {
namespace {

constexpr std::size_t kLongestToken = 256;
constexpr std::chrono::seconds kOldLifetime{86'400};  // of the original's sessions
constexpr int kMostSessions = 100;                    // of one user
constexpr std::size_t kRecordFields = 5;

// Tokens of either server; anything else is no token and need not be looked up.
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= kLongestToken &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == ',' || c == '-'; });
}

// The user id in PHP's `user_id|s:13:"6b00e616dc54a";`, which may stand among other variables.
std::string user_in_php_session(std::string_view data) {
  constexpr std::string_view kName = "user_id|s:";
  std::size_t start = data.find(kName);
  while (start != std::string_view::npos && start > 0 && data[start - 1] != ';')
    start = data.find(kName, start + 1);
  if (start == std::string_view::npos) return {};
  const std::size_t open = data.find(":\"", start + kName.size());
  if (open == std::string_view::npos) return {};
  const std::size_t close = data.find("\";", open + 2);
  if (close == std::string_view::npos) return {};
  return std::string(data.substr(open + 2, close - open - 2));
}

}  // namespace

Sessions::Sessions(Redis& redis, Redis* old_sessions, std::size_t bus_length, SessionLimits limits,
                   std::string notice)
    : redis_(redis),
      old_sessions_(old_sessions),
      bus_length_(bus_length),
      limits_(limits),
      notice_(std::move(notice)) {}

std::string Sessions::id_of(std::string_view token) {
  return is_token(token) ? sha256_hex(token) : std::string();
}

coro::Task<LoginSession> Sessions::create(std::string token, std::string user_id,
                                          std::string password_hash, Visitor visitor) {
  std::string no_old_one;
  auto session = co_await store(id_of(token), std::move(user_id), std::move(password_hash),
                                std::move(visitor), std::move(no_old_one));
  co_return std::move(session.value());
}

coro::Task<std::optional<LoginSession>> Sessions::store(std::string id, std::string user_id,
                                                        std::string password_hash, Visitor visitor,
                                                        std::string old_lifetime) {
  const Reply made =
      co_await redis_.run(scripts::create_session, bus_length_, id, user_id, password_hash,
                          limits_.idle.count(), limits_.lifetime.count(), kMostSessions,
                          visitor.address.text(), visitor.agent, notice_, old_lifetime);
  if (made.is_nil()) co_return std::nullopt;
  LoginSession session;
  session.id = std::move(id);
  session.user_id = std::move(user_id);
  session.left = limits_.lifetime;
  co_return session;
}

coro::Task<std::optional<LoginSession>> Sessions::find_id(std::string id, Visitor visitor) {
  if (id.empty()) co_return std::nullopt;
  const Reply held =
      co_await redis_.run(scripts::use_session, id, limits_.idle.count(), limits_.lifetime.count(),
                          visitor.address.text(), visitor.agent);
  if (held.is_nil()) co_return std::nullopt;
  LoginSession session;
  session.id = std::move(id);
  session.user_id = held.at(0).text;
  session.left = std::chrono::seconds(held.at(1).number());
  co_return session;
}

coro::Task<std::vector<std::string>> Sessions::keep(std::vector<std::string> ids) {
  std::vector<std::string> arguments{std::to_string(limits_.idle.count()),
                                     std::to_string(limits_.lifetime.count())};
  for (std::string& id : ids) arguments.push_back(std::move(id));
  const Reply over = co_await redis_.run(scripts::keep_sessions, std::move(arguments));
  co_return over.texts();
}

coro::Task<std::optional<LoginSession>> Sessions::find(std::string token, Visitor visitor) {
  std::string id = id_of(token);
  auto session = co_await find_id(std::move(id), visitor);
  if (session || !is_token(token)) co_return session;
  if (old_sessions_ == nullptr || !old_sessions_->connected()) co_return std::nullopt;
  co_return co_await take_over(std::move(token), std::move(visitor));
}

coro::Task<std::optional<LoginSession>> Sessions::take_over(std::string token, Visitor visitor) {
  const std::string old_key = "PHPREDIS_SESSION:" + token;
  std::string id = id_of(token);
  const Reply data = co_await old_sessions_->command("GET", old_key);
  std::string user = user_in_php_session(data.text);
  if (user.empty()) {  // another connection may have taken it over just now
    co_return co_await find_id(std::move(id), std::move(visitor));
  }
  std::string old_lifetime = std::to_string(kOldLifetime.count());
  std::string no_password;
  auto session = co_await store(std::move(id), std::move(user), std::move(no_password),
                                std::move(visitor), std::move(old_lifetime));
  co_await old_sessions_->command("DEL", old_key);
  co_return session;
}

coro::Task<bool> Sessions::is_live(std::string id) {
  const Reply found = co_await redis_.command("EXISTS", "session:" + id);
  co_return found.number() != 0;
}

coro::Task<std::vector<SessionRecord>> Sessions::list(std::string user_id) {
  Reply list = co_await redis_.run(scripts::list_sessions, user_id);
  std::vector<SessionRecord> records;
  for (Reply& item : list.items) {
    SessionRecord& record = records.emplace_back();
    record.created = item.at(1).number();
    record.used = item.at(2).number();
    item.items.resize(kRecordFields);
    record.id = std::move(item.items[0].text);
    record.address = std::move(item.items[3].text);
    record.agent = std::move(item.items[4].text);
  }
  co_return records;
}

coro::Task<bool> Sessions::end(std::string user_id, std::string id, std::string notice) {
  if (notice.empty()) notice = notice_;
  const Reply ended = co_await redis_.run(scripts::end_session, bus_length_, user_id, id, notice);
  co_return ended.number() != 0;
}

coro::Task<std::size_t> Sessions::change_password(std::string user_id, std::string old_hash,
                                                  std::string new_hash, std::string spared) {
  const Reply ended = co_await redis_.run(scripts::change_password, bus_length_, user_id, old_hash,
                                          new_hash, spared, notice_, kOldLifetime.count());
  co_return static_cast<std::size_t>(ended.number());
}

coro::Task<std::size_t> Sessions::end_all(std::string user_id) {
  const Reply ended = co_await redis_.run(scripts::end_all_sessions, bus_length_, user_id, notice_,
                                          kOldLifetime.count());
  co_return static_cast<std::size_t>(ended.number());
}

}  // namespace chat::store
