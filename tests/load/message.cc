#include "load/message.h"

#include <charconv>

namespace load {
namespace {

constexpr std::string_view kPassword = "load-client-password";
constexpr std::string_view kTextMark = "load#";
constexpr std::string_view kIdMark = "load-";
constexpr std::size_t kDigits = 19;  // of a nanosecond's number, too

// ---- msgpack ----

void pack_text(std::string& out, std::string_view text) {
  if (text.size() < 32) {
    out.push_back(static_cast<char>(0xa0 | text.size()));
  } else {
    out.push_back(static_cast<char>(0xda));
    out.push_back(static_cast<char>(text.size() >> 8));
    out.push_back(static_cast<char>(text.size() & 0xff));
  }
  out += text;
}

void pack_pair(std::string& out, std::string_view key, std::string_view value) {
  pack_text(out, key);
  pack_text(out, value);
}

// A map of `pairs` entries that begins with the type.
std::string pack_map(unsigned pairs, int type) {
  std::string out(1, static_cast<char>(0x80 | pairs));
  pack_text(out, "type");
  out.push_back(static_cast<char>(0xcd));
  out.push_back(static_cast<char>(type >> 8));
  out.push_back(static_cast<char>(type & 0xff));
  return out;
}

std::optional<std::uint64_t> unpack_uint(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (first < 0x80) return first;
  if (first < 0xcc || first > 0xcf) return std::nullopt;
  const std::size_t size = std::size_t{1} << (first - 0xcc);
  if (bytes.size() <= size) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 1; i <= size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// What follows a key, which must be shorter than 32 bytes.
std::string_view after_key(std::string_view payload, std::string_view key) {
  std::string packed;
  pack_text(packed, key);
  const auto place = payload.find(packed);
  return place == std::string_view::npos ? std::string_view()
                                         : payload.substr(place + packed.size());
}

std::string unpack_text(std::string_view bytes) {
  if (bytes.empty()) return {};
  const auto first = static_cast<unsigned char>(bytes[0]);
  if ((first & 0xe0) == 0xa0) return std::string(bytes.substr(1, first & 0x1f));
  if (first == 0xd9 && bytes.size() > 1)
    return std::string(bytes.substr(2, static_cast<unsigned char>(bytes[1])));
  return {};
}

// ---- JSON ----

std::string json_text(std::string_view payload, std::string_view key) {
  const std::string mark = "\"" + std::string(key) + "\":\"";
  const auto begin = payload.find(mark);
  if (begin == std::string_view::npos) return {};
  const auto from = begin + mark.size();
  return std::string(payload.substr(from, payload.find('"', from) - from));
}

// `"timestamp":1795225429.36361` in microseconds.
std::optional<std::uint64_t> json_timestamp(std::string_view payload) {
  constexpr std::string_view kMark = "\"timestamp\":";
  const auto place = payload.find(kMark);
  if (place == std::string_view::npos) return std::nullopt;
  std::uint64_t micros = 0;
  int decimals = -1;
  for (const char c : payload.substr(place + kMark.size())) {
    if (c == '.' && decimals < 0) {
      decimals = 0;
    } else if (c >= '0' && c <= '9') {
      micros = micros * 10 + static_cast<unsigned>(c - '0');
      if (decimals >= 0) ++decimals;
    } else {
      break;
    }
  }
  for (decimals = decimals < 0 ? 0 : decimals; decimals < 6; ++decimals) micros *= 10;
  return micros;
}

// ---- both ----

std::optional<std::size_t> number_behind(std::string_view payload, std::string_view mark) {
  const auto place = payload.find(mark);
  if (place == std::string_view::npos) return std::nullopt;
  const char* begin = payload.data() + place + mark.size();
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(begin, payload.data() + payload.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

std::string message_to(Wire wire, int type, const Account& account, const std::string& receiver_id,
                       std::size_t number, std::size_t text_size) {
  const std::string text = message_text(number, text_size);
  const std::string id = std::string(kIdMark) + account.name + "-" + std::to_string(number);
  if (wire == Wire::legacy)
    return R"({"type":)" + std::to_string(type) + R"(,"session_id":")" + account.session +
           R"(","sender_id":")" + account.user_id + R"(","receiver_id":")" + receiver_id +
           R"(","trace_id":"","mess":")" + text + R"(","id":")" + id + R"("})";
  std::string out = pack_map(4, type);
  pack_pair(out, "receiver_id", receiver_id);
  pack_pair(out, "mess", text);
  pack_pair(out, "id", id);
  return out;
}

}  // namespace

std::string message_text(std::size_t number, std::size_t size) {
  std::string digits = std::to_string(number);
  std::string text(kTextMark);
  text.append(kDigits - digits.size(), '0') += digits;
  text.append(size > text.size() ? size - text.size() : 0, '.');
  return text;
}

std::optional<std::size_t> read_number(std::string_view payload) {
  return number_behind(payload, kTextMark);
}

std::string login_request(Wire wire, const Account& account) {
  const bool known = !account.session.empty();
  if (wire == Wire::legacy) {
    if (known)
      return R"({"type":205,"session_id":")" + account.session + R"(","sender_id":")" +
             account.user_id + R"(","trace_id":""})";
    return R"({"type":204,"username":")" + account.name + R"(","password":")" +
           std::string(kPassword) + R"("})";
  }
  std::string out = known ? pack_map(2, 205) : pack_map(3, 204);
  if (known) {
    pack_pair(out, "session_id", account.session);
  } else {
    pack_pair(out, "username", account.name);
    pack_pair(out, "password", kPassword);
  }
  return out;
}

std::string lobby_message(Wire wire, const Account& account, std::size_t number,
                          std::size_t text_size) {
  return message_to(wire, 100, account, "0", number, text_size);
}

std::string personal_message(Wire wire, const Account& account, const std::string& receiver_id,
                             std::size_t number, std::size_t text_size) {
  return message_to(wire, 103, account, receiver_id, number, text_size);
}

int type_of(Wire wire, std::string_view payload) {
  if (wire == Wire::legacy)
    return static_cast<int>(number_behind(payload.substr(0, 20), "{\"type\":").value_or(0));
  return static_cast<int>(unpack_uint(after_key(payload.substr(0, 12), "type")).value_or(0));
}

std::optional<Delivery> read_delivery(Wire wire, std::string_view payload) {
  const auto place = payload.find(kTextMark);
  if (place == std::string_view::npos) return std::nullopt;
  const std::string_view rest = payload.substr(place);
  const auto number = number_behind(rest, kTextMark);
  const auto order =
      wire == Wire::legacy ? json_timestamp(rest) : unpack_uint(after_key(rest, "seq"));
  if (!number || !order) return std::nullopt;
  return Delivery{*number, *order};
}

std::optional<std::size_t> read_acknowledged(std::string_view payload) {
  const std::string id = unpack_text(after_key(payload, "id"));
  const auto dash = id.rfind('-');
  if (!id.starts_with(kIdMark) || dash == std::string::npos) return std::nullopt;
  return number_behind(id, std::string_view(id).substr(0, dash + 1));
}

bool read_login(Wire wire, std::string_view payload, Account& account) {
  if (wire == Wire::legacy) {
    account.session = json_text(payload, "session_id");
    account.user_id = json_text(payload, "user_id");
  } else {
    account.session = unpack_text(after_key(payload, "session_id"));
    account.user_id = unpack_text(after_key(payload, "user_id"));
  }
  return !account.session.empty() && !account.user_id.empty();
}

}  // namespace load
