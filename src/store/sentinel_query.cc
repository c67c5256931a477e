#include "store/sentinel_query.h"

#include <hiredis/async.h>

#include <charconv>
#include <string_view>
#include <utility>

#include "store/redis_events.h"

namespace chat::store {
namespace {

SentinelQuery* owner_of(const redisAsyncContext* context) {
  return static_cast<SentinelQuery*>(context->data);
}

std::string_view text_of(const redisReply* reply) {
  return reply->str == nullptr ? std::string_view() : std::string_view(reply->str, reply->len);
}

// 0 for what is no number.
template <class Number>
Number number_in(const redisReply* reply) {
  const std::string_view text = text_of(reply);
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

SentinelQuery::SentinelQuery(event_base* base, const config::RedisHost& sentinel,
                             const config::RedisAddress& address, OnAnswer on_answer)
    : base_(base), on_answer_(std::move(on_answer)), lookup_(base) {
  lookup_.start(sentinel.host,
                [this, port = sentinel.port, address](const std::vector<std::string>& found,
                                                      const std::string& problem) {
                  if (found.empty())
                    finish(problem);
                  else
                    begin(redisAsyncConnect(found.front().c_str(), port), address);
                });
}

SentinelQuery::~SentinelQuery() {
  finished_ = true;
  if (context_ != nullptr) redisAsyncFree(context_);
}

void SentinelQuery::begin(redisAsyncContext* context, const config::RedisAddress& address) {
  if (context == nullptr || context->err != 0) {
    const std::string problem = context == nullptr ? "out of memory" : context->errstr;
    if (context != nullptr) redisAsyncFree(context);
    finish(problem);
    return;
  }
  context_ = context;
  context->data = this;
  attach_to_loop(base_, context, [this, context] {
    context_ = nullptr;
    finish(context->err == 0 ? "it closed the connection" : context->errstr);
  });
  redisAsyncSetConnectCallback(context, [](const redisAsyncContext*, int) {});
  if (!address.sentinel_password.empty())
    redisAsyncCommand(context, on_auth, nullptr, "AUTH %s", address.sentinel_password.c_str());
  const char* name = address.primary_name.c_str();
  redisAsyncCommand(context, on_primary, nullptr, "SENTINEL GET-MASTER-ADDR-BY-NAME %s", name);
  redisAsyncCommand(context, on_details, nullptr, "SENTINEL MASTER %s", name);
}

void SentinelQuery::on_auth(redisAsyncContext* context, void* raw, void*) {
  const auto* reply = static_cast<const redisReply*>(raw);
  if (reply != nullptr && reply->type == REDIS_REPLY_ERROR)
    owner_of(context)->finish("AUTH: " + std::string(text_of(reply)));
}

void SentinelQuery::on_primary(redisAsyncContext* context, void* raw, void*) {
  const auto* reply = static_cast<const redisReply*>(raw);
  if (reply == nullptr) return;
  SentinelQuery& self = *owner_of(context);
  if (reply->type == REDIS_REPLY_ERROR) self.finish(std::string(text_of(reply)));
  if (reply->type == REDIS_REPLY_NIL) self.finish("it knows no primary of that name");
  if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2) return;
  self.answer_.primary.host = text_of(reply->element[0]);
  self.answer_.primary.port = number_in<std::uint16_t>(reply->element[1]);
}

// {name, value, …}
void SentinelQuery::on_details(redisAsyncContext* context, void* raw, void*) {
  const auto* reply = static_cast<const redisReply*>(raw);
  if (reply == nullptr) return;
  SentinelQuery& self = *owner_of(context);
  for (std::size_t i = 0; i + 1 < reply->elements; i += 2)
    if (text_of(reply->element[i]) == "config-epoch")
      self.answer_.epoch = number_in<std::uint64_t>(reply->element[i + 1]);
  self.finish(self.answer_.primary.host.empty() ? "its answer is none" : "");
}

void SentinelQuery::finish(std::string problem) {
  if (std::exchange(finished_, true)) return;
  answer_.problem = std::move(problem);
  on_answer_(answer_);
}

}  // namespace chat::store
