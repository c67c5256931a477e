// What a client says it is: the User-Agent field (RFC 9110, section 10.1.5).
#pragma once

#include <string>

namespace chat::net {
class HttpRequest;
}

namespace chat::session {

// At most 512 bytes of it, whole characters of UTF-8 that messages and JSON can carry: the field
// may hold any bytes, of which those that are none become "?". Nothing when there is no such field.
std::string user_agent_of(const net::HttpRequest& request);

}  // namespace chat::session
