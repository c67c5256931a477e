#include "features/tus_request.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/base64.h"
#include "base/rejected.h"
#include "protocol/utf8.h"
#include "store/digest.h"

namespace chat::features {
namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::uint64_t kLargest = 1ULL << 50;  // exact in Lua's numbers

[[noreturn]] void refuse_header(std::string_view name) {
  throw Rejected(Refusal::bad_field, std::string(name) + " is missing or malformed");
}

// Up to 255 bytes, and no character cut through.
std::string shortened(std::string name) {
  if (name.size() <= kLongestName) return name;
  std::size_t end = kLongestName;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
  name.resize(end);
  return name;
}

// The value under `key` in "key base64,key base64"; nothing without one.
std::optional<std::string> value_in(std::string_view metadata, std::string_view key) {
  while (!metadata.empty()) {
    const std::size_t comma = std::min(metadata.find(','), metadata.size());
    std::string_view pair = metadata.substr(0, comma);
    metadata.remove_prefix(std::min(comma + 1, metadata.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const std::size_t space = std::min(pair.find(' '), pair.size());
    if (pair.substr(0, space) != key) continue;
    auto value = from_base64(pair.substr(std::min(space + 1, pair.size())));
    if (!value) refuse_header("Upload-Metadata");
    return value;
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t length_in(const net::HttpRequest& request, std::string_view name) {
  if (request.count(name) != 1) refuse_header(name);
  const std::string_view text = *request.header(name);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size() || error != std::errc() || value > kLargest)
    refuse_header(name);
  return value;
}

std::string file_name_in(const net::HttpRequest& request) {
  if (request.count("upload-metadata") > 1) refuse_header("Upload-Metadata");
  const std::string_view metadata = request.header("upload-metadata").value_or("");
  auto name = value_in(metadata, "filename");
  if (!name) name = value_in(metadata, "name");
  if (!name) return {};
  if (!protocol::is_utf8(*name) || name->find('\0') != std::string::npos)
    refuse_header("Upload-Metadata");
  return shortened(std::move(*name));
}

std::optional<store::ChunkSum> checksum_in(const net::HttpRequest& request) {
  const std::size_t count = request.count("upload-checksum");
  if (count == 0) return std::nullopt;
  if (count > 1) refuse_header("Upload-Checksum");
  const std::string_view text = *request.header("upload-checksum");
  const std::size_t space = std::min(text.find(' '), text.size());
  store::ChunkSum sum;
  sum.algorithm = text.substr(0, space);
  const auto bytes = from_base64(text.substr(std::min(space + 1, text.size())));
  if (!bytes || !store::Checksum::of(sum.algorithm)) refuse_header("Upload-Checksum");
  sum.expected = *bytes;
  return sum;
}

void check_part(const net::HttpRequest& request) {
  const bool right =
      request.count("content-type") == 1 && *request.header("content-type") == kTusBody;
  if (!right) refuse_header("Content-Type");
}

std::string metadata_of(const std::string& file_name) {
  return file_name.empty() ? std::string() : "filename " + to_base64(file_name);
}

}  // namespace chat::features
