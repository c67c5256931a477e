#include "bus/audience.h"

#include <charconv>

namespace chat::bus {
namespace {

using Kind = Audience::Kind;

// Splits `text` at the first `separator`; false when there is none.
bool split(std::string_view text, char separator, std::string& head, std::string_view& tail) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return false;
  head = text.substr(0, at);
  tail = text.substr(at + 1);
  return true;
}

Audience direct(std::string_view text) {
  Audience audience;
  std::string_view receiver;
  if (!split(text, ':', audience.first, receiver)) return {};
  audience.kind = Kind::direct;
  audience.second = receiver;
  return audience;
}

Audience connection(std::string_view text) {
  Audience audience;
  std::string_view number;
  if (!split(text, '/', audience.first, number)) return {};
  const auto parsed =
      std::from_chars(number.data(), number.data() + number.size(), audience.connection);
  if (parsed.ec != std::errc()) return {};
  audience.kind = Kind::connection;
  return audience;
}

}  // namespace

Audience parse_audience(std::string_view text) {
  if (text == "lobby") return {Kind::lobby, {}, {}, 0};
  if (text == kEverybody) return {Kind::everybody, {}, {}, 0};
  if (text.starts_with("g:")) return {Kind::group, std::string(text.substr(2)), {}, 0};
  if (text.starts_with("u:")) return {Kind::user, std::string(text.substr(2)), {}, 0};
  if (text.starts_with("p:")) return direct(text.substr(2));
  if (text.starts_with("c:")) return connection(text.substr(2));
  return {};
}

std::string audience_of_group(std::string_view group_id) { return "g:" + std::string(group_id); }

std::string audience_of_user(std::string_view user_id) { return "u:" + std::string(user_id); }

}  // namespace chat::bus
