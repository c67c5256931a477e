// What the tests of this room share: fixtures, hexadecimal, what a call refuses.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/rejected.h"
#include "protocol/json_codec.h"
#include "protocol/value.h"

namespace chat::protocol {

// Limits that no fixture reaches.
inline constexpr DecodeLimits kWide{.max_depth = 100, .max_nodes = 1'000'000};

// The lines of a file of JSON lines, its path from the root of the project.
inline std::vector<Value> read_json_lines(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path + ": run from the project's root");
  std::vector<Value> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(decode_json(line, kWide));
  return lines;
}

inline const std::string& text_member(const Value& map, std::string_view key) {
  const Value* member = map.find(key);
  if (member == nullptr || member->as_string() == nullptr) {
    throw std::runtime_error("no text under " + std::string(key));
  }
  return *member->as_string();
}

inline std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 0xF];
  }
  return hex;
}

// "93 01 02 03" → three bytes and so on; blanks are for the reader.
inline std::string from_hex(std::string_view hex) {
  std::string digits;
  for (const char c : hex) {
    if (c != ' ') digits += c;
  }
  std::string bytes;
  for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
  }
  return bytes;
}

// "bad_field: field mess must be text", or "accepted".
template <class Call>
std::string refusal_of(Call&& call) {
  try {
    call();
  } catch (const Rejected& rejected) {
    return std::string(info_of(rejected.refusal()).code) + ": " + rejected.detail();
  }
  return "accepted";
}

}  // namespace chat::protocol
