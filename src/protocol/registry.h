// The lists of all requests and of all events, to build and check tables without a switch.
#pragma once

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <utility>

#include "protocol/codec.h"
#include "protocol/messages.h"

namespace chat::protocol {

template <class... Messages>
struct MessageList {};

namespace detail {
// Drops the placeholder that lets every listed name begin with a comma.
template <class Placeholder, class... Messages>
MessageList<Messages...> list_of();
}  // namespace detail

using Requests = decltype(detail::list_of<void
#define REQUEST(Name, meaning, answer, refused, ...) , Name
#include "protocol/messages.def"
                                          >());

using Events = decltype(detail::list_of<void
#define EVENT(Name, meaning, ...) , Name
#include "protocol/messages.def"
                                        >());

// Calls `use(std::type_identity<M>{})` for every message M of the list, in order of declaration.
template <class Use, class... Messages>
void for_each_message(MessageList<Messages...>, Use&& use) {
  (use(std::type_identity<Messages>{}), ...);
}

// Calls `use(std::type_identity<M>{})` with the one message M of the list that has this type;
// false, and no call, when there is none.
template <class Use, class... Messages>
bool with_message(MessageList<Messages...>, int type, Use&& use) {
  const auto try_one = [&]<class M>(std::type_identity<M> message) {
    const bool found = std::ranges::find(M::kTypes, type) != M::kTypes.end();
    if (found) use(message);
    return found;
  };
  return (try_one(std::type_identity<Messages>{}) || ...);
}

template <class Use>
void for_each_request(Use&& use) {
  for_each_message(Requests{}, std::forward<Use>(use));
}
template <class Use>
bool with_request(int type, Use&& use) {
  return with_message(Requests{}, type, std::forward<Use>(use));
}
template <class Use>
void for_each_event(Use&& use) {
  for_each_message(Events{}, std::forward<Use>(use));
}
template <class Use>
bool with_event(int type, Use&& use) {
  return with_message(Events{}, type, std::forward<Use>(use));
}

// Reads the msgpack encoding of any event, as workers post it to each other, and calls `use(M&&)`
// with it. Throws Rejected as decode() and read() do; bad_format when no event has its type.
template <class Use>
void with_decoded_event(std::string_view bytes, Use&& use) {
  const Value value = decode(Wire::v1, bytes, kOwnDataLimits);
  const bool known =
      with_event(type_of(value), [&]<class M>(std::type_identity<M>) { use(read<M>(value)); });
  if (!known) throw Rejected(Refusal::bad_format, "no such event");
}

}  // namespace chat::protocol
