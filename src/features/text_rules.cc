#include "features/text_rules.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace chat::features {
namespace {

constexpr std::size_t kLongestPath = 255;
constexpr std::size_t kLongestId = 64;

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Controls, spaces that are not " ", fillers, joiners, marks of direction, and no characters.
constexpr Range kDeceptive[] = {
    {0x0000, 0x001F}, {0x007F, 0x00A0},   {0x00AD, 0x00AD},   {0x034F, 0x034F}, {0x061C, 0x061C},
    {0x115F, 0x1160}, {0x1680, 0x1680},   {0x17B4, 0x17B5},   {0x180B, 0x180F}, {0x2000, 0x200F},
    {0x2028, 0x202F}, {0x205F, 0x206F},   {0x2800, 0x2800},   {0x3000, 0x3000}, {0x3164, 0x3164},
    {0xFDD0, 0xFDEF}, {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB},
    {0xFFFE, 0xFFFF}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

// Marks that need a character before them.
constexpr Range kCombining[] = {
    {0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F},
};

// The code point at the start of valid UTF-8, which is cut off.
std::uint32_t next_code_point(std::string_view& utf8) {
  const auto lead = static_cast<unsigned char>(utf8.front());
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t code = size == 1 ? lead : lead & (0x7FU >> size);
  for (std::size_t at = 1; at < std::min(size, utf8.size()); ++at)
    code = code << 6 | (static_cast<unsigned char>(utf8[at]) & 0x3FU);
  utf8.remove_prefix(std::min(size, utf8.size()));
  return code;
}

bool is_in(std::span<const Range> ranges, std::uint32_t code) {
  return std::ranges::any_of(
      ranges, [code](const Range& range) { return range.first <= code && code <= range.last; });
}

bool is_deceptive(std::uint32_t code) { return is_in(kDeceptive, code); }

bool is_plain(unsigned char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z') || byte == '_' || byte == '-';
}

}  // namespace

bool is_presentable_name(std::string_view utf8, std::size_t most) {
  if (utf8.empty() || utf8.front() == ' ' || utf8.back() == ' ') return false;
  std::string_view rest = utf8;
  if (is_in(kCombining, next_code_point(rest))) return false;
  std::size_t characters = 0;
  while (!utf8.empty()) {
    if (++characters > most || is_deceptive(next_code_point(utf8))) return false;
  }
  return true;
}

bool is_at_most(std::string_view utf8, std::size_t characters) {
  const auto leads = std::ranges::count_if(
      utf8, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; });
  return static_cast<std::size_t>(leads) <= characters;
}

std::string presentable_file_name(std::string_view utf8) {
  std::string name;
  while (!utf8.empty()) {
    const std::string_view before = utf8;
    const std::uint32_t code = next_code_point(utf8);
    const bool separates = code == '/' || code == '\\' || code == ':';
    const bool leads = code == '.' && name.empty();
    if (separates || leads || is_deceptive(code)) continue;
    name += before.substr(0, before.size() - utf8.size());
  }
  return name.empty() ? "file" : name;
}

bool is_upload_path(std::string_view path, std::string_view folder) {
  if (path.size() > kLongestPath || path.size() <= folder.size() || !path.starts_with(folder))
    return false;
  const bool plain = std::ranges::all_of(
      path, [](unsigned char byte) { return is_plain(byte) || byte == '/' || byte == '.'; });
  return plain && path.find("..") == std::string_view::npos && path.back() != '/';
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kLongestId && std::ranges::all_of(text, is_plain);
}

}  // namespace chat::features
