// What cleans pictures, under hostile bytes: nothing is read or written outside, what comes out is
// a picture that is cleaned already, and those that are cleaned at their place keep their size.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "picture/clean.h"

namespace {

using chat::picture::Cleaned;

constexpr chat::picture::Limits kLimits{.pixels = 4096, .preview_side = 16, .placeholder_side = 4};

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const Cleaned& cleaned, std::string_view bytes) {
  const bool shown = !chat::picture::is_hidden_picture(bytes);
  require(shown == (cleaned.width > 0) && shown == (cleaned.height > 0));
  require(static_cast<std::uint64_t>(cleaned.width) * cleaned.height <= kLimits.pixels);
  require(shown || cleaned.bytes.size() == bytes.size());
  require(shown || (cleaned.preview.empty() && cleaned.placeholder.empty()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto cleaned = chat::picture::clean(bytes, kLimits);
  if (cleaned) check(*cleaned, bytes);
  return 0;
}
