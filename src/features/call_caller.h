// What requests about calls of both kinds begin with, and how a signal travels.
#pragma once

#include <string>
#include <utility>

#include "features/answer.h"
#include "protocol/messages.h"
#include "session/session.h"
#include "store/calls.h"

namespace chat::features {

enum class Style {
  own,     // types 610 to 630
  legacy,  // types 600 to 605
};

inline store::Caller caller_of(const session::Session& me, const protocol::Envelope& request,
                               Style style) {
  return {me.user_id(), me.id(), style == Style::legacy, request.trace_id};
}

// What a client said, as those of types 600 to 605 hear it.
inline protocol::Relay relay_of(int type, const session::Session& me,
                                const protocol::Envelope& request, protocol::Value mess) {
  protocol::Relay relay(type);
  relay.sender_id = me.user_id();
  relay.receiver_id = request.receiver_id;
  relay.mess = std::move(mess);
  relay.trace_id = request.trace_id;
  relay.timestamp = unix_now();
  return relay;
}

// A signal is published as a 602; whoever delivers it knows what the receiver wants instead.
inline std::string signal_body(const session::Session& me, const protocol::Envelope& request,
                               protocol::Value signal) {
  return protocol::encode(protocol::Wire::v1,
                          relay_of(protocol::type::rtc_message, me, request, std::move(signal)));
}

}  // namespace chat::features
