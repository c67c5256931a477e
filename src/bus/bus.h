// The worker's end of the bus: takes what any worker posted, decodes it once, and hands it to the
// handler of its type, or delivers it to its audience among this worker's clients.
//
// Owned by the worker. Entries are handled in the order of the stream, so all clients see the
// messages of a conversation in the order of their numbers.
#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "bus/audience.h"
#include "bus/written.h"
#include "coro/task.h"
#include "protocol/registry.h"
#include "session/environment.h"
#include "session/outgoing.h"
#include "session/registry.h"
#include "session/session.h"
#include "store/bus_stream.h"

namespace chat::bus {

class Bus {
 public:
  // What clients must be told when entries were lost to this worker: they catch up by themselves.
  using OnMissed = std::function<coro::Task<void>(bool went_back)>;

  // `worker` is this worker's id, as in the audience of a connection. All references outlive this;
  // `environment` is not looked at before run() or send().
  Bus(net::EventLoop& loop, store::BusStream& stream, session::Environment& environment,
      std::string worker, OnMissed on_missed);

  // Reads and delivers until the stream or this is closed. Spawned once by the worker.
  coro::Task<void> run();

  // Ends run() where it waits for what was delivered to be written.
  void close() { written_.close(); }

  // This worker was taken for dead while it lived: what went to its users meanwhile is missed.
  void note_sweep() { stream_.note_sweep(); }

  // Has events of type M handled by `handle(M, const store::BusEntry&)` in place of plain delivery.
  // The event has its timestamp and number.
  template <class M, class Handle>
  void handle(Handle handle) {
    for (const int type : M::kTypes) handlers_[type] = reader<M>(handle);
  }

  // Sends one event to all of `sessions`.
  template <class M>
  void send(const session::Sessions& sessions, const M& event) {
    session::Outgoing outgoing(environment_.framer, event);
    for (std::size_t i = 0; i < sessions.size(); ++i) {
      if (i + kFetchedAhead < sessions.size()) __builtin_prefetch(sessions[i + kFetchedAhead]);
      sessions[i]->send(outgoing);
    }
  }

  // The clients of this worker that an audience holds; of a direct conversation, its receiver's.
  session::Sessions sessions_of(const Audience& audience) const;

 private:
  // Sessions lie anywhere in memory, which takes longer to answer than a message to be queued.
  static constexpr std::size_t kFetchedAhead = 4;

  using Handler = std::function<void(const protocol::Value&, const store::BusEntry&)>;

  template <class M, class Handle>
  static Handler reader(Handle handle) {
    return [handle](const protocol::Value& value, const store::BusEntry& entry) {
      M event = protocol::read<M>(value);
      if (entry.timestamp != 0) event.timestamp = entry.timestamp;
      if constexpr (requires { event.seq; }) event.seq = static_cast<std::int64_t>(entry.seq);
      if constexpr (requires { event.epoch; }) event.epoch = entry.epoch;
      handle(event, entry);
    };
  }

  coro::Task<bool> deliver_all(std::vector<store::BusEntry> entries);
  void deliver(const store::BusEntry& entry);

  store::BusStream& stream_;
  session::Environment& environment_;
  std::string worker_;
  OnMissed on_missed_;
  std::unordered_map<int, Handler> handlers_;
  Written written_;
  std::size_t unwritten_ = 0;  // bytes of entries since the last wait for their writing
};

}  // namespace chat::bus
