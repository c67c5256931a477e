#include "store/calls.h"

#include <iterator>

#include "base/ids.h"
#include "store/calls_group.h"
#include "store/calls_passing.h"

namespace chat::store {
namespace {

constexpr std::size_t kIdDigits = 32;
constexpr std::size_t kCodeDigits = 12;
constexpr std::int64_t kDueAtOnce = 50;  // keeps Redis free for others between batches

std::string flag_text(bool flag) { return flag ? "1" : "0"; }

void append(std::vector<std::string>& arguments, std::vector<std::string> more) {
  arguments.insert(arguments.end(), std::make_move_iterator(more.begin()),
                   std::make_move_iterator(more.end()));
}

}  // namespace

std::vector<std::string> Calls::arguments_of(const Caller& caller, std::string said) const {
  const std::string place = worker_ + '/' + std::to_string(caller.connection);
  return {std::to_string(bus_length_),
          std::to_string(limits_.size),
          std::to_string(limits_.ring.count()),
          std::to_string(limits_.grace.count()),
          std::to_string(limits_.invites),
          caller.trace_id,
          caller.user,
          caller.user.empty() ? "" : place,
          flag_text(caller.legacy),
          std::move(said)};
}

coro::Task<CallStarted> Calls::start(Caller caller, CallTarget target, CallSeat seat,
                                     std::string said) {
  std::vector<std::string> arguments = arguments_of(caller, std::move(said));
  append(arguments, {target.group ? "group" : "direct", target.id, flag_text(target.video),
                     seat.device, seat.media, random_hex(kIdDigits), flag_text(target.some)});
  append(arguments, std::move(target.invite));
  const Reply reply = co_await redis_.run(scripts::start_call, std::move(arguments));
  CallStarted started;
  started.answer = reply.at(0).text;
  started.made = reply.at(1).number() != 0;
  started.id = reply.at(2).text;
  co_return started;
}

coro::Task<std::string> Calls::join(Caller caller, std::string call, CallSeat seat,
                                    std::string said) {
  std::vector<std::string> arguments = arguments_of(caller, std::move(said));
  append(arguments, {std::move(call), seat.device, flag_text(seat.move), seat.media});
  for (const auto& [user, n] : seat.received) append(arguments, {user, std::to_string(n)});
  const Reply reply = co_await redis_.run(scripts::join_call, std::move(arguments));
  co_return reply.text;
}

coro::Task<std::string> Calls::enter_room(Caller caller, CallRoomWish wish, CallSeat seat) {
  std::vector<std::string> arguments = arguments_of(caller, "");
  if (wish.code.empty()) wish.code = random_hex(kCodeDigits);
  append(arguments, {wish.code, flag_text(wish.join_only), flag_text(wish.video),
                     std::to_string(wish.size == 0 ? limits_.size : wish.size), seat.device,
                     seat.media, flag_text(seat.move), random_hex(kIdDigits)});
  const Reply reply = co_await redis_.run(scripts::enter_room, std::move(arguments));
  co_return reply.text;
}

coro::Task<void> Calls::decline(Caller caller, std::string call) {
  std::vector<std::string> arguments = arguments_of(caller, "");
  arguments.push_back(std::move(call));
  co_await redis_.run(scripts::decline_call, std::move(arguments));
}

coro::Task<bool> Calls::deny(Caller caller, std::string receiver, std::string said) {
  std::vector<std::string> arguments = arguments_of(caller, std::move(said));
  arguments.push_back(std::move(receiver));
  const Reply denied = co_await redis_.run(scripts::deny_call, std::move(arguments));
  co_return denied.number() != 0;
}

coro::Task<void> Calls::leave(Caller caller, std::string call, bool for_all, std::string said,
                              std::string over) {
  std::vector<std::string> arguments = arguments_of(caller, std::move(said));
  append(arguments, {std::move(call), flag_text(for_all), std::move(over)});
  co_await redis_.run(scripts::leave_call, std::move(arguments));
}

coro::Task<std::string> Calls::invite(Caller caller, std::string call,
                                      std::vector<std::string> users) {
  std::vector<std::string> arguments = arguments_of(caller, "");
  arguments.push_back(std::move(call));
  append(arguments, std::move(users));
  const Reply reply = co_await redis_.run(scripts::invite_to_call, std::move(arguments));
  co_return reply.text;
}

coro::Task<void> Calls::remove(Caller caller, std::string call, std::vector<std::string> users) {
  std::vector<std::string> arguments = arguments_of(caller, "");
  arguments.push_back(std::move(call));
  append(arguments, std::move(users));
  co_await redis_.run(scripts::remove_from_call, std::move(arguments));
}

coro::Task<void> Calls::drop(Caller caller, std::string group, std::vector<std::string> users) {
  std::vector<std::string> arguments = arguments_of(caller, "");
  arguments.push_back(std::move(group));
  append(arguments, std::move(users));
  co_await redis_.run(scripts::drop_from_group_call, std::move(arguments));
}

coro::Task<void> Calls::change_media(Caller caller, std::string call, std::string media) {
  std::vector<std::string> arguments = arguments_of(caller, "");
  append(arguments, {std::move(call), std::move(media)});
  co_await redis_.run(scripts::change_media, std::move(arguments));
}

coro::Task<void> Calls::pass(Caller caller, CallSignalDraft signal) {
  std::vector<std::string> arguments = arguments_of(caller, std::move(signal.body));
  append(arguments,
         {std::move(signal.call), std::move(signal.receiver), std::to_string(signal.from_stay),
          std::to_string(signal.to_stay), std::to_string(signal.n)});
  co_await redis_.run(scripts::pass_signal, std::move(arguments));
}

coro::Task<std::string> Calls::list(Caller caller) {
  const Reply reply = co_await redis_.run(scripts::list_calls, arguments_of(caller, ""));
  co_return reply.text;
}

coro::Task<void> Calls::set_quiet(Caller caller, bool on) {
  std::vector<std::string> arguments = arguments_of(caller, "");
  arguments.push_back(flag_text(on));
  co_await redis_.run(scripts::set_quiet, std::move(arguments));
}

coro::Task<bool> Calls::do_what_is_due() {
  std::vector<std::string> arguments = arguments_of(Caller(), "");
  arguments.push_back(std::to_string(kDueAtOnce));
  const Reply done = co_await redis_.run(scripts::do_what_is_due, std::move(arguments));
  co_return done.number() >= kDueAtOnce;
}

}  // namespace chat::store
