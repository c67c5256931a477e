#include "features/file_access.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <utility>

#include "base/clock.h"
#include "base/ids.h"
#include "store/digest.h"

namespace chat::features {
namespace {

constexpr std::uint64_t kRememberedMs = 10'000;
constexpr std::size_t kMostRemembered = 20'000;
constexpr std::size_t kKeyDigits = 64;
constexpr std::int64_t kSameAddress = 3600;

// ARGV: the key to take when there is none. Returns the key.
const store::Script settle_key{R"lua(
local held = redis.call('GET', 'files:key')
if held then return held end
redis.call('SET', 'files:key', ARGV[1])
return ARGV[1]
)lua"};

// The value of `name` in "name=value&name=value".
std::string_view parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name)
      return pair.substr(equals + 1);
  }
  return {};
}

}  // namespace

coro::Task<void> FileAccess::load_key(store::Redis& redis) {
  const store::Reply key = co_await redis.run(settle_key, random_hex(kKeyDigits));
  key_ = key.text;
}

coro::Task<std::optional<store::SeenFile>> FileAccess::see(std::string id, std::string user) {
  const std::string key = user + '/' + id;
  const auto found = remembered_.find(key);
  if (found != remembered_.end() && monotonic_ms() < found->second.until_ms)
    co_return found->second.seen;
  const std::uint64_t changes = changes_;
  std::optional<store::SeenFile> seen = co_await files_.see(std::move(id), std::move(user));
  if (!seen) {
    remembered_.erase(key);
    co_return std::nullopt;
  }
  if (changes != changes_) co_return seen;  // the answer may be older than a change
  if (remembered_.size() >= kMostRemembered) remembered_.clear();
  remembered_[key] = {*seen, monotonic_ms() + kRememberedMs};
  co_return seen;
}

void FileAccess::forget(const std::string& conversation) {
  ++changes_;
  std::erase_if(remembered_,
                [&](const auto& entry) { return entry.second.seen.place == conversation; });
}

std::string FileAccess::key_for(const std::string& id, std::int64_t until) const {
  return store::hmac_sha256_hex(key_, id + '.' + std::to_string(until)).substr(0, 32);
}

std::string FileAccess::signed_path(const std::string& path, const std::string& id,
                                    std::chrono::seconds lifetime) const {
  const std::int64_t hours = (std::time(nullptr) + lifetime.count()) / kSameAddress + 1;
  const std::int64_t until = hours * kSameAddress;
  return path + "?until=" + std::to_string(until) + "&key=" + key_for(id, until);
}

bool FileAccess::opens(std::string_view query, const std::string& id) const {
  const std::string_view text = parameter(query, "until");
  const std::string_view key = parameter(query, "key");
  std::int64_t until = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), until);
  if (key_.empty() || text.empty() || error != std::errc() || end != text.data() + text.size() ||
      until <= std::time(nullptr))
    return false;
  const std::string right = key_for(id, until);
  return key.size() == right.size() && CRYPTO_memcmp(key.data(), right.data(), right.size()) == 0;
}

}  // namespace chat::features
