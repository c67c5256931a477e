#include "process/redis_link.h"

#include <sys/time.h>

namespace chat::process {

using config::RedisAddress;

RedisLink::RedisLink(const RedisAddress& address, std::chrono::milliseconds timeout) {
  const timeval limit{timeout.count() / 1000, (timeout.count() % 1000) * 1000};
  context_.reset(address.kind == RedisAddress::Kind::tcp
                     ? ::redisConnectWithTimeout(address.host.c_str(), address.port, limit)
                     : ::redisConnectUnixWithTimeout(address.path.c_str(), limit));
  if (context_ && context_->err != 0) {
    problem_ = context_->errstr;
    context_.reset();
  }
  if (context_) ::redisSetTimeout(context_.get(), limit);
}

RedisReplyPtr RedisLink::ask(const std::vector<std::string>& words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> lengths;
  for (const std::string& word : words) {
    texts.push_back(word.data());
    lengths.push_back(word.size());
  }
  return RedisReplyPtr(static_cast<redisReply*>(::redisCommandArgv(
      context_.get(), static_cast<int>(texts.size()), texts.data(), lengths.data())));
}

std::string_view text_of(const redisReply& reply) {
  return reply.str == nullptr ? std::string_view() : std::string_view(reply.str, reply.len);
}

}  // namespace chat::process
