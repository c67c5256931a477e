#include "process/chat_options.h"

#include <chrono>
#include <cstdint>

#include "protocol/codec.h"
#include "protocol/refusal_notice.h"

namespace chat::process {

using std::chrono::seconds;

bool is_managed(const config::Settings& settings) {
  return settings.redis.kind == config::RedisAddress::Kind::unix_socket &&
         settings.redis.path == config::managed_redis_socket(settings.data);
}

store::Redis::Options redis_options(const config::Settings& settings) {
  store::Redis::Options options;
  options.address = settings.redis;
  options.timeout = settings.redis_timeout;
  // Managed Redis is started so that it flushes, and its user may not ask.
  options.require_fsync = settings.durable == config::Durability::disk && !is_managed(settings);
  return options;
}

store::Redis::Options confirmed_options(const config::Settings& settings) {
  store::Redis::Options options = redis_options(settings);
  options.confirm_by_replica = true;
  return options;
}

store::Redis::Options old_sessions_options(const config::Settings& settings) {
  store::Redis::Options options = redis_options(settings);
  options.address.database = static_cast<int>(settings.session_database);
  return options;
}

net::ThreadPool::Options hashing_options(const config::Settings& settings) {
  net::ThreadPool::Options options;
  options.threads = static_cast<unsigned>(settings.hash_threads);
  options.queue_limit = settings.hash_queue;
  return options;
}

std::string session_over_notice() {
  return protocol::encode(protocol::Wire::v1, protocol::notice_of(Refusal::login_required));
}

store::SessionLimits session_ttl(const config::Settings& settings) {
  store::SessionLimits limits;
  limits.idle = std::chrono::duration_cast<seconds>(settings.session_ttl);
  limits.lifetime = std::chrono::duration_cast<seconds>(settings.session_lifetime);
  return limits;
}

store::GroupLimits group_limits(const config::Settings& settings) {
  store::GroupLimits limits;
  limits.max_members = settings.max_group_members;
  limits.max_groups_per_user = settings.max_groups_per_user;
  limits.invitation = std::chrono::duration_cast<seconds>(settings.invitation_lifetime);
  return limits;
}

store::CallLimits call_limits(const config::Settings& settings) {
  store::CallLimits limits;
  limits.size = settings.call_size;
  limits.invites = settings.call_invites;
  limits.ring = settings.ring_timeout;
  limits.grace = settings.call_grace;
  return limits;
}

store::Acceptance acceptance(const config::Settings& settings) {
  store::Acceptance taken;
  taken.any = settings.max_upload_size;
  taken.image = settings.max_image_size;
  taken.media = settings.max_media_size;
  taken.unclean_pictures = settings.unclean_pictures;
  return taken;
}

store::PresenceLimits presence_limits(const config::Settings& settings) {
  store::PresenceLimits limits;
  limits.max_devices = settings.max_devices;
  limits.threshold = settings.presence_threshold;
  return limits;
}

session::SessionLimits session_limits(const config::Settings& settings) {
  // Requests other than messages are mostly signals of calls; twice their rate at once is normal.
  const double signals = settings.signal_rate.per_second();
  session::SessionLimits limits;
  limits.login_timeout = settings.login_timeout;
  limits.ping_interval = settings.ping_interval;
  limits.close_timeout = settings.close_timeout;
  limits.outbox_grace = settings.outbox_grace;
  limits.outbox_limit = settings.outbox_limit;
  limits.request_rate = {2 * signals, signals};
  return limits;
}

websocket::Limits reader_limits(const config::Settings& settings) {
  websocket::Limits limits;
  limits.max_message = settings.max_message_size;
  // Beyond the file size there is room to answer with a refusal before the connection is failed.
  limits.max_streamed_binary = 2 * settings.max_upload_size;
  limits.max_fragments = static_cast<std::uint32_t>(settings.max_fragments);
  limits.max_streamed_fragments = static_cast<std::uint32_t>(settings.max_upload_fragments);
  return limits;
}

}  // namespace chat::process
