// The msgpack decoder, and every typed reader behind it, under hostile bytes.
#include "decode_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return chat::protocol::check_decoding(chat::protocol::Wire::v1, data, size);
}
