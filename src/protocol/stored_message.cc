#include "protocol/stored_message.h"

#include "protocol/codec.h"
#include "protocol/json_writer.h"
#include "protocol/php_float.h"
#include "protocol/write.h"

namespace chat::protocol {
namespace {

template <AnyEvent M>
StoredParts parts_of(const M& message) {
  StoredParts parts;
  JsonWriter head(parts.head);
  head.begin_map(0);
  head.key("type");
  head.integer(message.type);
  write_fields(head, message);
  head.key("timestamp");
  if (!message.id.empty()) {
    parts.tail = ",\"id\":";
    JsonWriter(parts.tail).text(message.id);
  }
  parts.tail += '}';
  return parts;
}

template <class T>
void append_member(std::string& json, std::string_view name, const std::optional<T>& value) {
  if (!value) return;
  json.append(",\"").append(name).append("\":");
  JsonWriter writer(json);
  write(writer, *value);
}

}  // namespace

StoredParts stored_json_parts(const Chat& message) {
  StoredParts parts = parts_of(message);
  parts.tail.pop_back();
  append_member(parts.tail, "reply_to", message.reply_to);
  append_member(parts.tail, "mentions", message.mentions);
  parts.tail += '}';
  return parts;
}

StoredParts stored_json_parts(const GroupCreated& message) { return parts_of(message); }

Chat read_stored(std::string_view member) {
  return read<Chat>(decode(Wire::legacy, member, kOwnDataLimits));
}

std::string timestamp_text(double seconds) {
  std::string text;
  append_php_float(text, seconds);
  return text;
}

}  // namespace chat::protocol
