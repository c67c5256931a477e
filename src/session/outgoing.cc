#include "session/outgoing.h"

namespace chat::session {

using websocket::Compression;
using websocket::Opcode;

SharedBytes Framer::frame(protocol::Wire wire, std::string_view payload, Compression compression) {
  const Opcode opcode = wire == protocol::Wire::legacy ? Opcode::text : Opcode::binary;
  if (compression == Compression::none || !compresses(payload.size()))
    return websocket::make_frame(opcode, payload);
  websocket::Deflater& deflater = compression == Compression::small_window ? small_ : full_;
  return websocket::make_deflated_frame(opcode, payload, deflater);
}

bool Outgoing::is_v1_only(int type) {
  const protocol::TypeInfo* const info = protocol::type_info(type);
  return info != nullptr && info->v1_only;
}

const SharedBytes& Outgoing::frame(protocol::Wire wire, Compression compression) {
  const auto row = static_cast<std::size_t>(wire);
  std::optional<std::string>& payload = payloads_[row];
  if (!payload) payload = encode_(wire);
  if (!framer_.compresses(payload->size())) compression = Compression::none;
  SharedBytes& frame = frames_[row][static_cast<std::size_t>(compression)];
  if (frame.empty()) frame = framer_.frame(wire, *payload, compression);
  return frame;
}

}  // namespace chat::session
