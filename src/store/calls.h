// Calls: who is called, who is inside, and who may pass signals to whom; docs/calls.md has the
// rules.
//
// `call:ID` is the whole call, `call_signals:ID` the numbers of the signals between its members;
// `call_of:user_id:ID` and `call_rings:user_id:ID` lead from a user to calls, `call_in:PLACE`,
// `call_room:CODE` and `call_started:user_id:ID` from a conversation, a code and a starter;
// `call_timers` is what is to be done when. Every change is one script, which also posts the
// messages that tell of it, and where a method returns text that is the msgpack of the answer.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "coro/task.h"
#include "store/redis.h"

namespace chat::store {

struct CallLimits {
  std::size_t size = 8;      // people inside one call
  std::size_t invites = 64;  // people for whom one call rings
  std::chrono::milliseconds ring{45'000};
  std::chrono::milliseconds grace{15'000};  // for whoever lost the connection
};

// Who asks, and by which connection.
struct Caller {
  std::string user;
  std::uint64_t connection = 0;  // of this worker
  bool legacy = false;           // types 600 to 605, whatever the wire
  std::string trace_id;
};

// How somebody goes into a call.
struct CallSeat {
  std::string device;
  std::string media;  // MediaFlags as JSON; empty: as before
  bool move = false;
  std::vector<std::pair<std::string, std::int64_t>> received;  // user and number of the last signal
};

struct CallTarget {
  bool group = false;
  std::string id;  // the other user, or the group
  bool video = false;
  bool some = false;  // of a group: only `invite`
  std::vector<std::string> invite;
};

struct CallStarted {
  std::string answer;
  bool made = false;  // false: joined the one that runs
  std::string id;
};

struct CallRoomWish {
  std::string code;
  bool join_only = false;
  bool video = false;
  std::size_t size = 0;
};

struct CallSignalDraft {
  std::string call;  // empty for a legacy client
  std::string receiver;
  std::int64_t from_stay = 0;
  std::int64_t to_stay = 0;
  std::int64_t n = 0;
  std::string body;  // msgpack of a Relay
};

class Calls {
 public:
  Calls(Redis& redis, std::string worker, std::size_t bus_length, CallLimits limits)
      : redis_(redis), worker_(std::move(worker)), bus_length_(bus_length), limits_(limits) {}

  // Limits for what is to come.
  void set_limits(CallLimits limits) { limits_ = limits; }

  // `said`, here and below: msgpack of what a legacy client said, as the others are to hear it;
  // empty for others. Each throws Rejected with the refusals of its request in
  // protocol/requests.def.
  coro::Task<CallStarted> start(Caller caller, CallTarget target, CallSeat seat, std::string said);

  // `call`: of a legacy client its starter's user id, as in `leave`.
  coro::Task<std::string> join(Caller caller, std::string call, CallSeat seat, std::string said);
  coro::Task<std::string> enter_room(Caller caller, CallRoomWish wish, CallSeat seat);
  coro::Task<void> decline(Caller caller, std::string call);

  // A legacy client says no to `receiver`; false when nothing of that one rings.
  coro::Task<bool> deny(Caller caller, std::string receiver, std::string said);

  // `over`: as `said`, for the case that it ends for all.
  coro::Task<void> leave(Caller caller, std::string call, bool for_all, std::string said,
                         std::string over);
  coro::Task<std::string> invite(Caller caller, std::string call, std::vector<std::string> users);
  coro::Task<void> remove(Caller caller, std::string call, std::vector<std::string> users);
  // Takes people out of the call of a group that they are members of no more; with none named the
  // group is no more either, and the call is over.
  coro::Task<void> drop(Caller caller, std::string group, std::vector<std::string> users);
  coro::Task<void> change_media(Caller caller, std::string call, std::string media);

  // Publishes the signal to the receiver's worker; nothing of it is kept.
  coro::Task<void> pass(Caller caller, CallSignalDraft signal);

  coro::Task<std::string> list(Caller caller);
  coro::Task<void> set_quiet(Caller caller, bool on);

  // Does some of what is due; true when there may be more.
  coro::Task<bool> do_what_is_due();

 private:
  std::vector<std::string> arguments_of(const Caller& caller, std::string said) const;

  Redis& redis_;
  std::string worker_;
  std::size_t bus_length_;
  CallLimits limits_;
};

}  // namespace chat::store
