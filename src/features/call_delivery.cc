// The end of a signal's way, and what happens when some were lost.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/rejected.h"
#include "features/answer.h"
#include "features/call.h"
#include "websocket/close_code.h"

namespace chat::features {
namespace {

// The next word of a line, which is cut off with the blank behind it.
std::string_view next_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

template <class Number>
Number number_in(std::string_view word) {
  Number number = 0;
  std::from_chars(word.data(), word.data() + word.size(), number);
  return number;
}

protocol::CallSignal signal_of(std::string_view head, protocol::Relay relay) {
  protocol::CallSignal signal;
  signal.sender_id = std::move(relay.sender_id);
  signal.trace_id = std::move(relay.trace_id);
  signal.timestamp = relay.timestamp;
  signal.mess.call_id = next_word(head);
  signal.mess.from_stay = number_in<std::int64_t>(next_word(head));
  signal.mess.to_stay = number_in<std::int64_t>(next_word(head));
  signal.mess.n = number_in<std::int64_t>(next_word(head));
  signal.mess.signal = std::move(relay.mess);
  return signal;
}

}  // namespace

void deliver_signal(Services& services, std::string_view published) try {
  const std::size_t end = published.find('\n');
  if (end == std::string_view::npos) return;
  std::string_view head = published.substr(0, end);
  const SessionPtr session = services.registry.find(number_in<std::uint64_t>(next_word(head)));
  if (session == nullptr || !session->logged_in()) return;
  const bool legacy = next_word(head) == "legacy";
  const protocol::Value value =
      protocol::decode(protocol::Wire::v1, published.substr(end + 1), protocol::kOwnDataLimits);
  protocol::Relay relay = protocol::read<protocol::Relay>(value);
  if (legacy)
    session->send(relay);
  else
    session->send(signal_of(head, std::move(relay)));
} catch (const Rejected& rejected) {
  log::error("a signal cannot be read: {}", rejected.what());
}

void resume_calls(Services& services) {
  std::size_t count = 0;
  services.registry.for_each([&count](session::Session& session) {
    // A legacy client could not come back: it bears a lost signal better than a lost call.
    if (!session.in_call() || session.is_legacy()) return;
    ++count;
    session.close(websocket::kServiceRestart, "call signals were missed: reconnect and go on");
  });
  if (count > 0) log::warn("call signals were missed; {} clients in calls reconnect", count);
}

}  // namespace chat::features
