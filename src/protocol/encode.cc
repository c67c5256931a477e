// encode() for every message and record.
#include "protocol/codec.h"
#include "protocol/json_codec.h"
#include "protocol/json_writer.h"
#include "protocol/msgpack_codec.h"
#include "protocol/msgpack_writer.h"
#include "protocol/write.h"

namespace chat::protocol {

std::string encode(Wire wire, const Value& value) {
  return wire == Wire::legacy ? encode_json(value) : encode_msgpack(value);
}

template <class M>
std::string encode(Wire wire, const M& message) {
  constexpr std::size_t kUsualSize = 384;
  std::string bytes;
  bytes.reserve(kUsualSize);
  if (wire == Wire::legacy) {
    JsonWriter writer(bytes);
    write_message(writer, message);
  } else {
    MsgpackWriter writer(bytes);
    write_message(writer, message);
  }
  return bytes;
}

#define RECORD(Name, meaning) template std::string encode(Wire, const Name&);
#define REQUEST(Name, meaning, answer, refused, ...) RECORD(Name, meaning)
#define EVENT(Name, meaning, ...) RECORD(Name, meaning)
#include "protocol/messages.def"

}  // namespace chat::protocol
