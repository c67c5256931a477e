// The JSON decoder, every typed reader behind it, and stored messages, under hostile bytes.
#include "decode_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  chat::protocol::ignore_refusal([&] { chat::protocol::read_stored(text); });
  return chat::protocol::check_decoding(chat::protocol::Wire::legacy, data, size);
}
