#include "store/redis.h"

#include "base/rejected.h"
#include "store/confirmation.h"
#include "store/redis_connection.h"

namespace chat::store {
namespace {

constexpr std::string_view kRefused = "REFUSED ";

// The refusal that a script named.
Rejected refusal_named(std::string_view code) {
  static constexpr Refusal kAll[] = {
#define REFUSAL(name, legacy_type, text, meaning) Refusal::name,
#include "base/refusals.def"
#undef REFUSAL
  };
  for (const Refusal refusal : kAll)
    if (info_of(refusal).code == code) return Rejected(refusal);
  return Rejected(Refusal::storage_unavailable, "a script refuses with " + std::string(code));
}

Reply reply_or_throw(RedisConnection::Answer answer) {
  const std::string_view error = answer.error;
  if (error.empty()) return std::move(answer.reply);
  if (error.starts_with(kRefused)) throw refusal_named(error.substr(kRefused.size()));
  throw Rejected(Refusal::storage_unavailable, answer.error);
}

}  // namespace

Redis::Redis(event_base* base, const Options& options, OnState on_state)
    : connection_(std::make_unique<RedisConnection>(base, options, std::move(on_state))) {
  // A WAIT is silence, which must not count as a lost connection.
  if (options.confirm_by_replica)
    confirmation_ = std::make_unique<Confirmation>(base, *connection_, options.timeout / 2);
}

Redis::~Redis() = default;

void Redis::close() {
  connection_->close();
  confirmation_.reset();
}

bool Redis::connected() const { return connection_->up(); }

coro::Task<void> Redis::ready() { return connection_->ready(); }

void Redis::set_address(config::RedisAddress address) {
  connection_->set_address(std::move(address));
}

coro::Task<Reply> Redis::command(std::vector<std::string> words) {
  RedisConnection::Answer answer = co_await connection_->ask(std::move(words));
  co_return reply_or_throw(std::move(answer));
}

coro::Task<Reply> Redis::run(const Script& script, std::vector<std::string> arguments) {
  std::vector<std::string> words;
  words.reserve(arguments.size() + 3);
  words.emplace_back("EVALSHA");
  words.push_back(script.digest());
  words.emplace_back("0");
  for (std::string& argument : arguments) words.push_back(std::move(argument));

  RedisConnection::Answer answer = co_await connection_->ask(words);
  if (answer.error.starts_with("NOSCRIPT")) {
    words[0] = "EVAL";
    words[1] = script.text();
    answer = co_await connection_->ask(std::move(words));
  }
  Reply reply = reply_or_throw(std::move(answer));
  if (confirmation_) co_await confirmation_->confirm();
  co_return reply;
}

}  // namespace chat::store
