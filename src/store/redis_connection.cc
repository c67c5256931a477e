#include "store/redis_connection.h"

#include <event2/event.h>
#include <hiredis/async.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "base/rejected.h"
#include "coro/spawn.h"
#include "store/redis_events.h"
#include "store/server_info.h"

namespace chat::store {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstRetry{25};
constexpr milliseconds kLongestRetry{1000};
constexpr std::uint64_t kComplaintPause = 10'000;  // ms
constexpr const char* kLost = "the connection to Redis was lost";
constexpr const char* kClosing = "the connection to Redis is being closed";

timeval to_timeval(milliseconds time) {
  return {static_cast<time_t>(time.count() / 1000),
          static_cast<suseconds_t>(time.count() % 1000 * 1000)};
}

Reply copy_of(const redisReply& from) {
  Reply reply;
  switch (from.type) {
    case REDIS_REPLY_NIL:
      break;
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::integer;
      reply.integer = from.integer;
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::list;
      reply.items.reserve(from.elements);
      for (std::size_t i = 0; i < from.elements; ++i)
        reply.items.push_back(copy_of(*from.element[i]));
      break;
    default:
      reply.kind = Reply::Kind::text;
      reply.text.assign(from.str, static_cast<std::size_t>(from.len));
  }
  return reply;
}

}  // namespace

void RedisConnection::FreeEvent::operator()(event* ev) const { event_free(ev); }

RedisConnection::RedisConnection(event_base* base, Redis::Options options, Redis::OnState on_state)
    : base_(base),
      options_(std::move(options)),
      on_state_(std::move(on_state)),
      random_(std::random_device{}()),
      lookup_(base),
      retry_(event_new(base, -1, 0, on_retry, this)),
      watchdog_(event_new(base, -1, EV_PERSIST, on_watch, this)) {
  const timeval period = to_timeval(options_.timeout / 4);
  event_add(watchdog_.get(), &period);
  connect();
}

RedisConnection::~RedisConnection() {
  close();
  // Destroyed from inside an answer's callback: hiredis frees the context after that.
  if (context_ != nullptr) context_->data = nullptr;
}

void RedisConnection::close() {
  closing_ = true;
  drop(kClosing);
  end_waits(false);
}

coro::Task<void> RedisConnection::ready() {
  if (up_) co_return;
  if (closing_) throw Rejected(Refusal::storage_unavailable, kClosing);
  coro::Completion<bool> came_up;
  ready_.push_back(&came_up);
  if (!co_await came_up) throw Rejected(Refusal::storage_unavailable, kClosing);
}

void RedisConnection::set_address(config::RedisAddress address) {
  options_.address = std::move(address);
  failures_ = 0;
  drop("Redis is elsewhere now");
  if (context_ == nullptr) connect();
}

void RedisConnection::renew() { drop("made anew"); }

void RedisConnection::subscribe(std::string channel, OnPush on_push) {
  channel_ = std::move(channel);
  on_push_ = std::move(on_push);
}

coro::Task<RedisConnection::Answer> RedisConnection::ask(std::vector<std::string> words) {
  if (!up_) throw Rejected(Refusal::storage_unavailable, problem_);
  if (pending_ >= options_.max_pending) throw Rejected(Refusal::busy, "too many Redis commands");
  Waiter waiter;
  if (!send(words, waiter)) throw Rejected(Refusal::storage_unavailable, kLost);
  co_return co_await waiter;
}

void RedisConnection::connect() {
  if (closing_) return;
  event_del(retry_.get());
  refused_ = false;
  const config::RedisAddress& address = options_.address;
  if (address.kind == config::RedisAddress::Kind::sentinel) {
    problem_ = "no Sentinel has named the primary yet";
    return;
  }
  if (address.kind != config::RedisAddress::Kind::tcp) {
    begin(redisAsyncConnectUnix(address.path.c_str()));
    return;
  }
  lookup_.start(address.host,
                [this](const std::vector<std::string>& found, const std::string& problem) {
                  if (found.empty()) {
                    problem_ = options_.address.host + ": " + problem;
                    on_gone();
                    return;
                  }
                  const std::string& host = found[failures_ % found.size()];
                  begin(redisAsyncConnect(host.c_str(), options_.address.port));
                });
}

void RedisConnection::begin(redisAsyncContext* context) {
  if (context == nullptr || context->err != 0) {
    problem_ = context == nullptr ? "out of memory" : context->errstr;
    if (context != nullptr) redisAsyncFree(context);
    on_gone();
    return;
  }
  context_ = context;
  context->data = this;
  attach_to_loop(base_, context, [context] {
    auto* self = static_cast<RedisConnection*>(context->data);
    if (self == nullptr) return;
    if (context->err != 0) self->problem_ = context->errstr;
    self->on_gone();
  });
  // hiredis asks for writability now and so learns when connecting has succeeded or failed.
  redisAsyncSetConnectCallback(context, [](const redisAsyncContext*, int) {});
  problem_ = kLost;
  coro::spawn(introduce());
}

// What every new connection begins with. Commands of others are refused until it is through.
coro::Task<void> RedisConnection::introduce() {
  const config::RedisAddress& address = options_.address;
  std::vector<std::vector<std::string>> steps;
  if (!address.password.empty()) {
    steps.push_back({"AUTH"});
    if (!address.user.empty()) steps.back().push_back(address.user);
    steps.back().push_back(address.password);
  }
  steps.push_back({"SELECT", std::to_string(address.database)});
  if (options_.require_fsync) steps.push_back(fsync_question());
  steps.push_back({"INFO"});

  Answer answer;
  std::string objection;
  for (const std::vector<std::string>& step : steps) {
    Waiter waiter;
    if (!send(step, waiter)) co_return;
    answer = co_await waiter;
    if (answer.error.empty()) {
      if (step.front() == "CONFIG") objection = fsync_objection(answer.reply.texts());
      continue;
    }
    if (!answer.lost) {
      const std::string advice = advice_on(answer.error);
      refused_ = !advice.empty();
      drop("it refuses " + step.front() + ": " + answer.error + advice);
    }
    co_return;
  }
  if (objection.empty()) objection = objection_to(answer.reply.text);
  if (objection.empty())
    come_up();
  else
    drop(objection);
}

bool RedisConnection::send(const std::vector<std::string>& words, Waiter& waiter) {
  std::vector<const char*> pieces;
  std::vector<std::size_t> lengths;
  pieces.reserve(words.size());
  lengths.reserve(words.size());
  for (const std::string& word : words) {
    pieces.push_back(word.data());
    lengths.push_back(word.size());
  }
  const int sent = redisAsyncCommandArgv(
      context_, on_reply, &waiter, static_cast<int>(words.size()), pieces.data(), lengths.data());
  if (sent != REDIS_OK) return false;
  if (pending_++ == 0) progress_ms_ = monotonic_ms();
  return true;
}

void RedisConnection::on_reply(redisAsyncContext* context, void* raw, void* waiter) {
  auto* self = static_cast<RedisConnection*>(context->data);
  const auto* reply = static_cast<const redisReply*>(raw);
  Answer answer;
  if (reply == nullptr) {
    answer.lost = true;
    answer.error = kLost;
  } else if (reply->type == REDIS_REPLY_ERROR) {
    answer.error.assign(reply->str, static_cast<std::size_t>(reply->len));
  } else {
    answer.reply = copy_of(*reply);
  }

  if (self != nullptr) {
    --self->pending_;
    self->progress_ms_ = monotonic_ms();
    if (answer.lost) self->up_ = false;  // whoever tries again now is refused at once
    if (answer.error.starts_with("READONLY"))
      self->drop("this Redis became a replica");
    else if (!answer.lost && !answer.error.empty() && self->up_)
      self->complain(answer.error);
  }
  static_cast<Waiter*>(waiter)->complete(std::move(answer));
}

void RedisConnection::listen() {
  std::array<const char*, 2> words = {"SUBSCRIBE", channel_.c_str()};
  redisAsyncCommandArgv(context_, on_published, nullptr, static_cast<int>(words.size()),
                        words.data(), nullptr);
}

// A push is {kind, channel, message or count}; no reply at all is the end of the connection.
void RedisConnection::on_published(redisAsyncContext* context, void* raw, void*) {
  auto* self = static_cast<RedisConnection*>(context->data);
  const auto* reply = static_cast<const redisReply*>(raw);
  if (self == nullptr || reply == nullptr) return;
  if (reply->type == REDIS_REPLY_ERROR) {
    self->drop(std::string(reply->str, static_cast<std::size_t>(reply->len)));
    return;
  }
  if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3) return;
  const Reply push = copy_of(*reply);
  self->on_push_(push.at(0).text, push.at(2).text);
}

void RedisConnection::come_up() {
  up_ = true;
  ++generation_;
  failures_ = 0;
  problem_ = kLost;
  reported_.clear();
  if (on_push_) listen();
  if (on_state_) on_state_(Redis::State::up, {});
  end_waits(true);
}

// What Redis refuses by itself (a full disk, no memory, missing rights) is for the operator; the
// refusals of scripts are not.
void RedisConnection::complain(const std::string& error) {
  const bool expected = error.starts_with("REFUSED") || error.starts_with("NOSCRIPT");
  const std::uint64_t now = monotonic_ms();
  if (expected || (complained_ms_ != 0 && now - complained_ms_ < kComplaintPause)) return;
  complained_ms_ = now;
  log::error("Redis refuses commands: {}", error);
}

void RedisConnection::drop(std::string problem) {
  up_ = false;
  problem_ = std::move(problem);
  if (context_ != nullptr) redisAsyncFree(context_);
}

// The context is freed, all that waited for it has failed.
void RedisConnection::on_gone() {
  context_ = nullptr;
  up_ = false;
  pending_ = 0;
  if (closing_) return;
  const Redis::State state = refused_ ? Redis::State::refused : Redis::State::down;
  if (on_state_ && problem_ != reported_) on_state_(state, problem_);
  reported_ = problem_;
  reconnect_later();
}

// Twice the time after each failure, half of it random so that workers do not come all at once.
void RedisConnection::reconnect_later() {
  milliseconds delay = std::min(kFirstRetry * (1 << std::min(failures_, 10U)), kLongestRetry);
  ++failures_;
  std::uniform_int_distribution<milliseconds::rep> jitter(0, delay.count() / 2);
  const timeval wait = to_timeval(delay - milliseconds(jitter(random_)));
  event_add(retry_.get(), &wait);
}

void RedisConnection::watch() {
  const auto silence = monotonic_ms() - progress_ms_;
  if (pending_ == 0 || silence < static_cast<std::uint64_t>(options_.timeout.count())) return;
  drop("Redis did not answer for " + std::to_string(silence) + " ms");
}

void RedisConnection::end_waits(bool came_up) {
  const std::vector<coro::Completion<bool>*> waits = std::exchange(ready_, {});
  for (coro::Completion<bool>* wait : waits) wait->complete(came_up);
}

void RedisConnection::on_retry(int, short, void* self) {
  static_cast<RedisConnection*>(self)->connect();
}

void RedisConnection::on_watch(int, short, void* self) {
  static_cast<RedisConnection*>(self)->watch();
}

}  // namespace chat::store
