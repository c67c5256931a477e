// The headers of tus, under hostile bytes: they are refused, or yield what is promised of them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "base/rejected.h"
#include "features/tus_request.h"
#include "net/http_request_parser.h"
#include "protocol/utf8.h"

namespace {

using chat::net::HttpRequest;
using chat::net::HttpRequestParser;

void require(bool condition) {
  if (!condition) std::abort();
}

std::optional<HttpRequest> request_with(std::string_view fields) {
  HttpRequestParser parser(chat::net::HttpLimits{});
  std::size_t used = 0;
  const std::string head =
      "PATCH /files/x HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\n\r\n";
  if (parser.feed(head, used) != HttpRequestParser::Outcome::complete) return std::nullopt;
  return parser.take();
}

template <class Read>
void try_to(Read&& read) {
  try {
    read();
  } catch (const chat::Rejected& rejected) {
    require(rejected.refusal() == chat::Refusal::bad_field);
  }
}

void check_name(const std::string& name) {
  require(name.size() <= 255 && chat::protocol::is_utf8(name));
  require(name.find('\0') == std::string::npos);
  const auto again = request_with("Upload-Metadata: " + chat::features::metadata_of(name));
  require(again && chat::features::file_name_in(*again) == name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto request = request_with({reinterpret_cast<const char*>(data), size});
  if (!request) return 0;
  try_to([&] { require(chat::features::length_in(*request, "upload-length") <= 1ULL << 50); });
  try_to([&] { require(chat::features::length_in(*request, "upload-offset") <= 1ULL << 50); });
  try_to([&] { check_name(chat::features::file_name_in(*request)); });
  try_to([&] {
    const auto sum = chat::features::checksum_in(*request);
    require(!sum || sum->algorithm == "sha1" || sum->algorithm == "sha256");
  });
  try_to([&] { chat::features::check_part(*request); });
  return 0;
}
