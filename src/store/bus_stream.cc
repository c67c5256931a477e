#include "store/bus_stream.h"

#include <event2/event.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/rejected.h"
#include "store/lua_common.h"

namespace chat::store {
namespace {

constexpr std::string_view kSharedStream = "bus:all";
constexpr int kBatch = 512;  // entries a read may bring of each stream
constexpr std::chrono::milliseconds kLongestBlock{1000};
constexpr auto kShortestTimeout = 2 * kLongestBlock;
constexpr std::chrono::milliseconds kPauseAfterError{100};
constexpr std::uint64_t kOneLoss = 5'000;  // ms

// ARGV: bus length, audience, body.
const Script post_entry{lua::kBus, R"lua(
post(ARGV[2], 'b', ARGV[3])
)lua"};

// ARGV: stream, number, …. Returns {number of the stream's last entry, fields of entry `number`}
// for each; an empty number asks for the last entry.
const Script look_at_streams{R"lua(
local looks = {}
for i = 1, #ARGV, 2 do
  local stream, number = ARGV[i], ARGV[i + 1]
  local last, entry = '0', nil
  if redis.call('EXISTS', stream) == 1 then
    local info = redis.call('XINFO', 'STREAM', stream)
    for field = 1, #info, 2 do
      if info[field] == 'last-generated-id' then
        last = string.match(info[field + 1], '^0%-(%d+)$') or last
      end
    end
    local id = '0-' .. (number == '' and last or number)
    entry = redis.call('XRANGE', stream, id, id)[1]
  end
  looks[#looks + 1] = {last, entry and entry[2] or {}}
end
return looks
)lua"};

// Ids are "0-NUMBER".
std::uint64_t number_in(std::string_view id) {
  std::uint64_t number = 0;
  const std::size_t dash = id.find('-');
  if (dash != std::string_view::npos)
    std::from_chars(id.data() + dash + 1, id.data() + id.size(), number);
  return number;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> items;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    items.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return items;
}

// Tells an entry from another that got the same number after Redis lost data; 0: no entry.
std::size_t fingerprint(const Reply& fields) {
  std::size_t mix = 0;
  for (const Reply& field : fields.items)
    mix = mix * 1'000'003 + std::hash<std::string>()(field.text);
  return mix;
}

BusEntry entry_of(Reply fields) {
  BusEntry entry;
  for (std::size_t i = 0; i + 1 < fields.items.size(); i += 2) {
    const std::string& name = fields.items[i].text;
    Reply& value = fields.items[i + 1];
    if (name == "to") entry.audience = std::move(value.text);
    if (name == "b") entry.body = std::move(value.text);
    if (name == "s") entry.seq = static_cast<std::uint64_t>(value.number());
    if (name == "t") entry.timestamp = value.real();
    if (name == "o") entry.receiver_online = value.number() != 0;
    if (name == "e") entry.epoch = std::move(value.text);
    if (name == "a") entry.admin_id = std::move(value.text);
    if (name == "m") entry.mark = std::move(value.text);
    if (name == "j") entry.joined = split(value.text);
    if (name == "l") entry.left = split(value.text);
    if (name == "x") entry.ended = split(value.text);
  }
  return entry;
}

// A read that waits for entries is no sign of a lost Redis.
Redis::Options patient(Redis::Options options) {
  options.timeout = std::max(options.timeout, kShortestTimeout);
  return options;
}

}  // namespace

void BusStream::FreeEvent::operator()(event* ev) const { event_free(ev); }

BusStream::BusStream(event_base* base, const Redis::Options& options,
                     std::vector<std::string> streams)
    : pause_timer_(event_new(
          base, -1, 0,
          [](evutil_socket_t, short, void* self) {
            std::exchange(static_cast<BusStream*>(self)->pausing_, nullptr)->complete(true);
          },
          this)),
      redis_(base, patient(options), [this](Redis::State state, const std::string&) {
        check_needed_ = check_needed_ || state == Redis::State::up;
      }) {
  for (std::string& stream : streams) places_.emplace(std::move(stream), Place());
}

BusStream::~BusStream() { close(); }

void BusStream::close() {
  event_del(pause_timer_.get());
  if (pausing_ != nullptr) std::exchange(pausing_, nullptr)->complete(false);
  redis_.close();
}

coro::Task<void> BusStream::pause() {
  coro::Completion<bool> over;
  pausing_ = &over;
  const timeval wait{0, std::chrono::microseconds(kPauseAfterError).count()};
  event_add(pause_timer_.get(), &wait);
  if (!co_await over) throw Rejected(Refusal::storage_unavailable, "the bus is closed");
}

coro::Task<void> BusStream::start() {
  co_await redis_.ready();
  const Reply looks = co_await look(true);
  std::size_t i = 0;
  for (auto& [stream, place] : places_) place = place_of(looks.at(i++));
  check_needed_ = false;
  swept_ = false;
}

coro::Task<Reply> BusStream::look(bool at_end) {
  std::vector<std::string> arguments;
  for (const auto& [stream, place] : places_) {
    arguments.push_back(stream);
    arguments.push_back(at_end ? std::string() : std::to_string(place.number));
  }
  return redis_.run(look_at_streams, std::move(arguments));
}

BusStream::Place BusStream::place_of(const Reply& look) {
  return {static_cast<std::uint64_t>(look.at(0).number()), fingerprint(look.at(1))};
}

coro::Task<BusBatch> BusStream::read() {
  while (true) {
    co_await redis_.ready();
    BusBatch batch;
    bool refused = false;
    try {
      batch = co_await read_once();
    } catch (const Rejected&) {
      refused = true;
    }
    // A connection that is lost is waited for; one on which Redis refuses would be asked again at
    // once, for ever.
    if (refused && redis_.connected()) co_await pause();
    if (!batch.entries.empty() || batch.missed || batch.went_back) co_return batch;
  }
}

coro::Task<BusBatch> BusStream::read_once() {
  BusBatch batch;
  if (check_needed_ || swept_) {
    // Whatever deleted this worker's own stream may have deleted more.
    const bool swept = swept_;
    if (swept) begin_own_stream_anew();
    co_await check_places(batch);
    check_needed_ = false;
    swept_ = swept_ && !swept;
    batch.missed = batch.missed || swept;
    if (batch.went_back) {
      went_back_ms_ = monotonic_ms();
      swept_ = false;
    }
    if (batch.went_back || batch.missed) co_return batch;
  }
  std::vector<std::string> words{"XREAD", "COUNT", std::to_string(kBatch), "BLOCK"};
  words.push_back(std::to_string(kLongestBlock.count()));
  words.push_back("STREAMS");
  for (const auto& [stream, place] : places_) words.push_back(stream);
  for (const auto& [stream, place] : places_) words.push_back("0-" + std::to_string(place.number));
  Reply streams = co_await redis_.command(std::move(words));
  for (Reply& stream : streams.items) take(std::move(stream), batch);
  co_return batch;
}

// After a reconnect Redis may be one that was restored from an older state: the end of a stream is
// before our place in it then, or another entry is there. A worker's own stream that is gone
// altogether was swept, since the worker was taken for dead: that is only something missed.
coro::Task<void> BusStream::check_places(BusBatch& batch) {
  const Reply looks = co_await look(false);
  std::size_t i = 0;
  for (auto& [stream, place] : places_) {
    const Place now = place_of(looks.at(i++));
    const bool replaced =
        now.fingerprint != 0 && place.fingerprint != 0 && now.fingerprint != place.fingerprint;
    if (now.number >= place.number && !replaced) continue;
    const bool swept = now.number == 0 && stream != kSharedStream;
    (swept ? batch.missed : batch.went_back) = true;
    place = Place{std::min(place.number, now.number), 0};
  }
}

// A Redis that lost its newest data lost the lease as well; the two are found out about one after
// the other.
void BusStream::note_sweep() {
  swept_ = !went_back_ms_ || monotonic_ms() - *went_back_ms_ > kOneLoss;
}

void BusStream::begin_own_stream_anew() {
  for (auto& [stream, place] : places_) {
    if (stream != kSharedStream) place = Place();
  }
}

void BusStream::take(Reply stream, BusBatch& batch) {
  stream.items.resize(2);
  std::vector<Reply>& items = stream.items[1].items;
  if (items.empty()) return;
  Place& place = places_[stream.items[0].text];
  place.fingerprint = fingerprint(items.back().at(1));
  for (Reply& item : items) {
    item.items.resize(2);
    const std::uint64_t number = number_in(item.items[0].text);
    batch.missed = batch.missed || number != place.number + 1;
    place.number = number;
    batch.entries.push_back(entry_of(std::move(item.items[1])));
  }
}

coro::Task<void> post_to_bus(Redis& redis, std::size_t bus_length, std::string audience,
                             std::string body) {
  co_await redis.run(post_entry, bus_length, audience, body);
}

}  // namespace chat::store
