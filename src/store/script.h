// A Lua script that runs inside Redis: atomic, one round trip, known to Redis by its digest.
//
// Scripts refuse with `return refuse('not_a_member')`; Redis::run throws that as Rejected. A script
// reads every key before it writes the first, so a key of the wrong type leaves nothing half done.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace chat::store {

class Script {
 public:
  // The text is the concatenation of `parts`: shared functions first, then the script's own lines.
  Script(std::initializer_list<std::string_view> parts);

  const std::string& text() const { return text_; }
  const std::string& digest() const { return digest_; }  // SHA-1, 40 hex digits

 private:
  std::string text_;
  std::string digest_;
};

}  // namespace chat::store
