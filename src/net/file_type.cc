#include "net/file_type.h"

#include <strings.h>

#include <algorithm>
#include <string>

namespace chat::net {
namespace {

struct Entry {
  std::string_view extension;
  FileType type;
};

constexpr FileType kUnknown{"application/octet-stream", false, false};

constexpr Entry kTypes[] = {
    {"html", {"text/html; charset=utf-8", false, true}},
    {"js", {"text/javascript; charset=utf-8", false, true}},
    {"mjs", {"text/javascript; charset=utf-8", false, true}},
    {"css", {"text/css; charset=utf-8", false, true}},
    {"json", {"application/json", false, true}},
    {"map", {"application/json", false, true}},
    {"webmanifest", {"application/manifest+json", false, true}},
    {"wasm", {"application/wasm", false, true}},
    {"svg", {"image/svg+xml", false, true}},
    {"txt", {"text/plain; charset=utf-8", false, true}},
    {"xml", {"application/xml", false, true}},
    {"ico", {"image/x-icon", true, false}},
    {"png", {"image/png", true, false}},
    {"jpg", {"image/jpeg", true, false}},
    {"jpeg", {"image/jpeg", true, false}},
    {"gif", {"image/gif", true, false}},
    {"webp", {"image/webp", true, false}},
    {"avif", {"image/avif", true, false}},
    {"bmp", {"image/bmp", true, false}},
    {"mp3", {"audio/mpeg", true, false}},
    {"m4a", {"audio/mp4", true, false}},
    {"aac", {"audio/aac", true, false}},
    {"ogg", {"audio/ogg", true, false}},
    {"oga", {"audio/ogg", true, false}},
    {"opus", {"audio/ogg", true, false}},
    {"wav", {"audio/wav", true, false}},
    {"flac", {"audio/flac", true, false}},
    {"weba", {"audio/webm", true, false}},
    {"mp4", {"video/mp4", true, false}},
    {"webm", {"video/webm", true, false}},
    {"woff2", {"font/woff2", false, false}},
    {"woff", {"font/woff", false, false}},
    {"ttf", {"font/ttf", false, true}},
    {"pdf", {"application/pdf", false, false}},
    {"zip", {"application/zip", false, false}},
    {"docx",
     {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", false, false}},
    {"xlsx", {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false, false}},
    {"pptx",
     {"application/vnd.openxmlformats-officedocument.presentationml.presentation", false, false}},
};

constexpr std::size_t kShortestHash = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

// "BxK3x9Qe" and "3f2a9b1c" are hashes; "provider" is a word and "20240131" a date.
bool looks_like_hash(std::string_view text) {
  const bool only_hash_chars = std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || is_lower(c) || is_upper(c) || c == '_' || c == '-';
  });
  const bool has_letter =
      std::any_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_upper(c); });
  const bool mixed =
      std::any_of(text.begin(), text.end(), [](char c) { return is_digit(c) || is_upper(c); });
  return only_hash_chars && has_letter && mixed;
}

std::string_view extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

const FileType& file_type_of(std::string_view name) {
  const std::string_view extension = extension_of(name);
  const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const Entry& entry) {
    return equal_ignoring_case(entry.extension, extension);
  });
  return found == std::end(kTypes) ? kUnknown : found->type;
}

bool is_hashed_name(std::string_view name) {
  name = name.substr(name.rfind('/') + 1);
  const std::string_view extension = extension_of(name);
  if (extension.empty() || extension == "html") return false;
  const std::string_view stem = name.substr(0, name.size() - extension.size() - 1);
  // Base64url hashes may hold '-' themselves, so the last eight characters are judged.
  if (stem.size() < kShortestHash + 2) return false;
  const std::string_view hash = stem.substr(stem.size() - kShortestHash);
  const std::size_t dash = stem.rfind('-', stem.size() - kShortestHash - 1);
  if (dash == std::string_view::npos || dash == 0) return false;
  return looks_like_hash(hash) && looks_like_hash(stem.substr(dash + 1));
}

}  // namespace chat::net
