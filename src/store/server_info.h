// What the INFO and CONFIG commands tell about a Redis server.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace chat::store {

// The command that asks whether Redis has written to disk when it answers, and why not, judged by
// the {name, value, …} that it returns; empty: it has.
std::vector<std::string> fsync_question();
std::string fsync_objection(const std::vector<std::string>& settings);

// Why the server that sent this INFO cannot be used (too old, a replica, still loading its data),
// as one clear line; empty when it can.
std::string objection_to(std::string_view info);

// What an operator is to change when Redis answers a new connection with this error, " (in
// parentheses)"; empty when time may mend it, or it is not known.
std::string advice_on(std::string_view error);

// How many replicas are connected to the server that sent this INFO.
std::size_t replicas_of(std::string_view info);

// Whether the server that sent this INFO takes writes, now or once it has loaded its data.
bool is_primary(std::string_view info);

}  // namespace chat::store
