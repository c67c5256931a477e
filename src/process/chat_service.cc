#include "process/chat_service.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "coro/spawn.h"
#include "features/admin.h"
#include "features/call.h"
#include "features/group.h"
#include "features/ice.h"
#include "features/mark.h"
#include "features/message.h"
#include "features/resume.h"
#include "process/chat_options.h"
#include "process/policy.h"
#include "process/version.h"
#include "protocol/refusal_notice.h"

namespace chat::process {

using session::Session;

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kDrainPoll{50};
constexpr milliseconds kTakeUpPause{100};
constexpr std::uint64_t kPatience = 5'000;  // ms, for others to look at a Redis that was away
constexpr milliseconds kLeaveLimit{900};    // the master waits a little longer before it kills

void on_sentinels(const std::string& problem) {
  if (problem.empty())
    log::info("the Sentinels answer again");
  else
    log::warn("{}", problem);
}

std::vector<std::string> streams_of(const std::string& worker) {
  return {"bus:all", "bus:worker:" + worker};
}

protocol::Welcome welcome(const config::Settings& settings) {
  protocol::Welcome welcome;
  welcome.server = "chatd/" + std::string(kVersion);
  welcome.max_message_size = static_cast<std::int64_t>(settings.max_message_size);
  welcome.max_upload_size = static_cast<std::int64_t>(settings.max_upload_size);
  welcome.ping_seconds = std::chrono::duration_cast<seconds>(settings.ping_interval).count();
  welcome.presence_threshold = static_cast<std::int64_t>(settings.presence_threshold);
  welcome.reconnect_ms = settings.reconnect_jitter.count();
  welcome.resume_conversations = static_cast<std::int64_t>(features::most_places(settings));
  welcome.timestamp = unix_now();
  return welcome;
}

}  // namespace

ChatService::ChatService(net::EventLoop& loop, net::ThreadPool& disk, WorkerContext& context)
    : loop_(loop),
      context_(context),
      hashing_(loop, hashing_options(context.settings)),
      framer_(context.settings.compression_min_size),
      redis_(loop.base(), redis_options(context.settings),
             [this](store::Redis::State state, const std::string& problem) {
               on_redis(state, problem);
             }),
      old_sessions_(loop.base(), old_sessions_options(context.settings)),
      users_(redis_, context.settings.bus_length),
      names_(redis_),
      sessions_(redis_, &old_sessions_, context.settings.bus_length, session_ttl(context.settings),
                session_over_notice()),
      newest_(redis_),
      continuity_(redis_, context.id, context.settings.data),
      messages_(redis_, context.settings.bus_length, newest_, writes()),
      peers_(redis_),
      marks_(redis_, context.settings.bus_length),
      groups_(redis_, context.settings.bus_length, group_limits(context.settings), newest_,
              writes()),
      presence_(redis_, context.id, context.settings.bus_length, presence_limits(context.settings)),
      calls_(redis_, context.id, context.settings.bus_length, call_limits(context.settings)),
      files_(redis_, disk, context.settings.upload, context.settings.max_upload_size),
      pictures_(loop, std::move(context.pictures),
                [&context] { context.control.send(Word::pictures); }),
      kept_files_(redis_, disk, pictures_, context.settings.upload, acceptance(context.settings)),
      open_uploads_(redis_),
      limits_(redis_),
      stream_(loop.base(), redis_options(context.settings), streams_of(context.id)),
      signals_(
          loop.base(), redis_options(context.settings), context.id,
          [this](std::string_view published) { features::deliver_signal(services_, published); },
          [this] { features::resume_calls(services_); }),
      bus_(loop, stream_, environment_, context.id,
           [this](bool went_back) { return catch_up_.run(went_back); }),
      file_access_(kept_files_),
      pauses_(loop),
      services_{context.settings, loop,
                pauses_,          hashing_,
                registry_,        bus_,
                redis_,           users_,
                names_,           sessions_,
                messages_,        peers_,
                marks_,           groups_,
                presence_,        calls_,
                files_,           kept_files_,
                open_uploads_,    file_access_,
                limits_,          features::read_turn_secret(context.settings)},
      dispatcher_(services_),
      catch_up_(services_, newest_, continuity_),
      session_resource_(services_, policy_of(context.settings)),
      file_resource_(services_, disk, policy_of(context.settings)),
      environment_{loop,
                   registry_,
                   framer_,
                   dispatcher_,
                   session_limits(context.settings),
                   reader_limits(context.settings),
                   {}},
      presence_keeper_(services_),
      session_keeper_(services_),
      call_keeper_(services_),
      group_keeper_(services_) {
  features::handle_messages(services_);
  features::handle_groups(services_);
  features::handle_marks(services_);
  features::handle_notices(services_);
  if (context.slot == 0) file_sweeper_.emplace(services_, disk);
  const config::Settings& settings = context.settings;
  if (settings.redis.kind == config::RedisAddress::Kind::sentinel)
    sentinels_.emplace(
        loop.base(), settings.redis, [this](const config::RedisHost& primary) { follow(primary); },
        on_sentinels);
  if (is_managed(settings) && settings.durable == config::Durability::redis && context.slot == 0)
    flusher_.emplace(loop, disk, settings.data + "/redis/appendonlydir");
}

// Where changes are written of which the sender is told; not `redis_` when a replica confirms them,
// as that would hold everything else back.
store::Redis* ChatService::writes() {
  if (context_.settings.durable != config::Durability::replica) return nullptr;
  if (!confirmed_writes_)
    confirmed_writes_.emplace(loop_.base(), confirmed_options(context_.settings));
  return &*confirmed_writes_;
}

void ChatService::follow(const config::RedisHost& primary) {
  const config::RedisAddress address = context_.settings.redis.at(primary);
  log::info("the primary is {}", config::to_string(address));
  redis_.set_address(address);
  if (confirmed_writes_) confirmed_writes_->set_address(address);
  stream_.set_address(address);
  signals_.set_address(address);
  config::RedisAddress old_sessions = address;
  old_sessions.database = static_cast<int>(context_.settings.session_database);
  old_sessions_.set_address(std::move(old_sessions));
}

void ChatService::on_redis(store::Redis::State state, const std::string& problem) {
  if (state != store::Redis::State::up) {
    if (std::exchange(redis_up_, false)) catch_up_.note_outage();
    if (state == store::Redis::State::refused)
      log::error("Redis cannot be used: {}", problem);
    else
      log::warn("Redis is not reachable: {}", problem);
    return;
  }
  redis_up_ = true;
  log::info("connected to Redis");
  if (catch_up_.had_outage()) signals_.renew();
  presence_keeper_.redis_is_back();
  coro::spawn(catch_up_.check());
}

void ChatService::start(std::function<void()> ready) { coro::spawn(run_start(std::move(ready))); }

coro::Task<void> ChatService::run_start(std::function<void()> ready) {
  for (bool started = false; !started && !services_.stopping;) {
    try {
      co_await redis_.ready();
      co_await take_up_numbering();
      co_await presence_keeper_.start(context_.dead_ids);
      co_await stream_.start();
      co_await file_access_.load_key(redis_);
      started = true;
    } catch (const Rejected& rejected) {
      log::warn("start is held up: {} ({})", rejected.what(), rejected.detail());
    }
  }
  if (services_.stopping) co_return;
  coro::spawn(bus_.run());
  coro::spawn(index_old_data());
  ready();
}

// Where others serve already, they look what Redis lost while it was away, and know better. A
// managed Redis that was started with this server has no others.
coro::Task<void> ChatService::take_up_numbering() {
  const bool alone = is_managed(context_.settings) && context_.dead_ids.empty();
  const std::uint64_t begun = monotonic_ms();
  for (bool taken_up = false; !taken_up && !services_.stopping;) {
    const bool patient = !alone && monotonic_ms() - begun < kPatience;
    taken_up = co_await continuity_.take_up(features::kLease, patient);
    if (!taken_up) co_await pauses_.sleep(kTakeUpPause);
  }
}

void ChatService::accept(net::Upgraded upgraded, session::Handshake handshake) {
  const bool v1 = handshake.wire == protocol::Wire::v1;
  const std::string cookie_token = std::exchange(handshake.cookie_token, std::string());
  auto session = std::make_shared<Session>(environment_, ++last_connection_, std::move(handshake));
  session->set_cookie_login(store::Sessions::id_of(cookie_token));
  registry_.add(session);
  session->start(std::move(upgraded.connection));
  if (v1) session->send(welcome(context_.settings));
  if (dispersal_) dispersal_->add(session->id());
  session->read(std::move(upgraded.leftover));
}

void ChatService::drain(Farewell farewell, std::function<bool()> is_quiet,
                        std::function<void()> done) {
  dispersal_.emplace(loop_, registry_, std::move(farewell));
  drain_timer_ =
      loop_.every(kDrainPoll, [this, is_quiet = std::move(is_quiet), done = std::move(done)] {
        if (registry_.size() != 0 || services_.departing != 0 || !is_quiet()) return;
        leave(done);
      });
}

void ChatService::leave(std::function<void()> done) {
  if (leave_limit_) return;
  leave_limit_ = loop_.after(kLeaveLimit, done);
  coro::spawn(run_leave(std::move(done)));
  drain_timer_ = net::Timer();
}

coro::Task<void> ChatService::run_leave(std::function<void()> done) {
  try {
    co_await presence_keeper_.leave(context_.id);
    co_await continuity_.leave();
  } catch (const Rejected& rejected) {
    log::warn("the lease is left to run out: {}", rejected.what());
  }
  done();
}

// Whoever waits for something of Redis, a pool, a client or the time is told that it does not come,
// and nothing can be begun anew.
void ChatService::end() {
  services_.stopping = true;
  pauses_.end();
  hashing_.stop();
  pictures_.stop();
  redis_.close();
  old_sessions_.close();
  if (confirmed_writes_) confirmed_writes_->close();
  stream_.close();
  bus_.close();
  registry_.for_each([](Session& session) { session.cut("the worker ends"); });
}

void ChatService::reload() {
  const config::Settings& settings = context_.settings;
  environment_.limits = session_limits(settings);
  environment_.reader_limits = reader_limits(settings);
  session_resource_.set_policy(policy_of(settings));
  file_resource_.set_policy(policy_of(settings));
  framer_.set_compression_min_size(settings.compression_min_size);
  sessions_.set_limits(session_ttl(settings));
  groups_.set_limits(group_limits(settings));
  presence_.set_limits(presence_limits(settings));
  calls_.set_limits(call_limits(settings));
  services_.turn_secret = features::read_turn_secret(settings);
  files_.set_max_size(settings.max_upload_size);
  kept_files_.set_acceptance(acceptance(settings));
}

coro::Task<void> ChatService::index_old_data() {
  try {
    co_await peers_.index_all();
    co_await names_.index_all();
  } catch (const Rejected& rejected) {
    log::warn("old private conversations and names are not indexed yet: {}", rejected.what());
  }
}

}  // namespace chat::process
