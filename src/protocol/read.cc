// decode() and read() for every message and record.
#include "protocol/codec.h"
#include "protocol/describe.h"
#include "protocol/field_path.h"
#include "protocol/json_codec.h"
#include "protocol/msgpack_codec.h"
#include "protocol/read_fields.h"

namespace chat::protocol {
namespace {

template <class T>
constexpr bool kMayBeAbsent = false;
template <class T>
constexpr bool kMayBeAbsent<std::optional<T>> = true;

template <AnyRecord M>
void read_into(const Value& value, M& out, const FieldPath& path);
template <AnyEvent M>
void read_into(const Value& value, M& out, const FieldPath& path);

template <class T>
void read_into(const Value& value, std::vector<T>& out, const FieldPath& path);

template <class T>
void read_into(const Value& value, std::optional<T>& out, const FieldPath& path) {
  out.reset();
  if (!value.is_null()) read_into(value, out.emplace(), path);
}

template <class T>
void read_into(const Value& value, Nullable<T>& out, const FieldPath& path) {
  read_into(value, out.value, path);
}

template <class T>
void read_into(const Value& value, OrFalse<T>& out, const FieldPath& path) {
  const Value* id = value.find("user_id");
  const bool nothing = id != nullptr && *id == Value(false);
  read_into(nothing ? Value() : value, out.value, path);
}

template <class T>
void read_into(const Value& value, Verbatim<T>& out, const FieldPath& path) {
  out.value = value;
  read_into(value, out.view, path);
}

template <class T>
void read_into(const Value& value, std::vector<T>& out, const FieldPath& path) {
  const auto* array = value.as_array();
  if (array == nullptr) path.refuse("a list");
  out.clear();
  for (const Value& item : *array) read_into(item, out.emplace_back(), path);
}

template <class T>
void read_into(const Value& value, Keyed<T>& out, const FieldPath& path) {
  out.entries.clear();
  if (value == Value(Value::Array{})) return;  // PHP's spelling of an empty map
  const auto* map = value.as_map();
  if (map == nullptr) path.refuse("a map");
  for (const auto& [key, item] : *map) {
    auto& entry = out.entries.emplace_back(key, T{});
    read_into(item, entry.second, FieldPath{key, &path});
  }
}

template <class T>
void read_field(const Value& message, const FieldInfo& field, T& out, const FieldPath& parent) {
  const FieldPath path{field.name, &parent};
  const Value* value = message.find(field.name);
  const bool lenient = field.presence != Presence::required || kMayBeAbsent<T>;
  if (lenient && (value == nullptr || value->is_null())) return;
  if (value == nullptr) path.refuse("there");
  read_into(*value, out, path);
}

template <class M>
void read_described(const Value& value, M& out, const FieldPath& path, Wire wire = Wire::v1) {
  if (value.as_map() == nullptr) path.refuse("a map");
  describe(std::type_identity<M>{}, [&](const FieldInfo& field, auto member) {
    if (wire == Wire::legacy && field.presence == Presence::v1_only) return;
    read_field(value, field, out.*member, path);
  });
}

// A member of the envelope: text, perhaps spelled as a number; "" when absent.
LooseText loose_member(const Value& message, std::string_view name) {
  LooseText text;
  if (const Value* member = message.find(name)) read_into(*member, text, FieldPath{name});
  return text;
}

std::string client_id(const Value& message, std::string_view name) {
  std::string id = loose_member(message, name).text;
  if (id.size() > kMaxClientIdSize) FieldPath{name}.refuse("shorter");
  return id;
}

void read_envelope(const Value& value, Envelope& out) {
  out.type = type_of(value);
  out.session_id = loose_member(value, "session_id").text;
  out.sender_id = loose_member(value, "sender_id").text;
  out.receiver_id = loose_member(value, "receiver_id");
  out.trace_id = client_id(value, "trace_id");
  out.id = client_id(value, "id");
}

template <AnyRecord M>
void read_into(const Value& value, M& out, const FieldPath& path) {
  read_described(value, out, path);
}

template <AnyEvent M>
void read_into(const Value& value, M& out, const FieldPath& path) {
  read_described(value, out, path);
  out.type = type_of(value);
  if (const Value* timestamp = value.find("timestamp")) {
    read_into(*timestamp, out.timestamp, FieldPath{"timestamp", &path});
  }
  out.id = loose_member(value, "id").text;
  out.trace_id = loose_member(value, "trace_id").text;
}

template <AnyRequest M>
void read_into(const Value& value, M& out, const FieldPath& path) {
  read_envelope(value, out);
  read_described(value, out, path);
}

}  // namespace

Value decode(Wire wire, std::string_view payload, const DecodeLimits& limits) {
  return wire == Wire::legacy ? decode_json(payload, limits) : decode_msgpack(payload, limits);
}

int type_of(const Value& value) {
  constexpr std::int64_t kLargestType = 65535;
  const Value* type = value.find("type");
  const auto* number = type == nullptr ? nullptr : type->as_int();
  if (number == nullptr || *number < 0 || *number > kLargestType) {
    throw Rejected(Refusal::bad_format, "no usable type");
  }
  return static_cast<int>(*number);
}

template <class M>
M read(const Value& value) {
  M message{};
  read_into(value, message, FieldPath{});
  return message;
}

template <class M>
M read_request(Wire wire, const Value& value) {
  M request{};
  read_envelope(value, request);
  read_described(value, request, FieldPath{}, wire);
  return request;
}

template <>
Envelope read(const Value& value) {
  Envelope envelope;
  read_envelope(value, envelope);
  return envelope;
}

#define RECORD(Name, meaning) template Name read(const Value&);
#define REQUEST(Name, meaning, answer, refused, ...) \
  RECORD(Name, meaning)                              \
  template Name read_request(Wire, const Value&);
#define EVENT(Name, meaning, ...) RECORD(Name, meaning)
#include "protocol/messages.def"

}  // namespace chat::protocol
