// How each field type and each struct goes onto a wire. `Writer` is JsonWriter or MsgpackWriter.
//
// Included by the files that encode; everybody else uses encode() of codec.h.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "protocol/describe.h"
#include "protocol/messages.h"
#include "protocol/value.h"
#include "protocol/wire.h"

namespace chat::protocol {

template <class Writer>
inline constexpr bool kIsLegacy = Writer::kWire == Wire::legacy;

template <class Writer>
void write(Writer& writer, std::same_as<bool> auto value) {
  writer.boolean(value);
}
template <class Writer>
void write(Writer& writer, std::same_as<std::int64_t> auto value) {
  writer.integer(value);
}
template <class Writer>
void write(Writer& writer, std::same_as<double> auto value) {
  writer.real(value);
}
template <class Writer>
void write(Writer& writer, const std::string& value) {
  writer.text(value);
}

template <class Writer>
void write(Writer& writer, const LooseText& value) {
  if constexpr (kIsLegacy<Writer>) {
    if (value.number) return writer.literal(value.text);
  }
  writer.text(value.text);
}

template <class Writer>
void write(Writer& writer, const Flag& value) {
  if constexpr (!kIsLegacy<Writer>) {
    writer.boolean(value.on);
  } else if (value.number) {
    writer.integer(value.on ? 1 : 0);
  } else {
    writer.text(value.on ? "1" : "0");
  }
}

template <class Writer>
void write(Writer& writer, const TextInt& value) {
  if constexpr (kIsLegacy<Writer>) {
    writer.text(std::to_string(value.number));
  } else {
    writer.integer(value.number);
  }
}

template <class Writer>
void write(Writer& writer, const Value& value);

template <class Writer>
struct ValueWriter {
  Writer& writer;

  void operator()(std::monostate) const { writer.null(); }
  void operator()(bool value) const { writer.boolean(value); }
  void operator()(std::int64_t value) const { writer.integer(value); }
  void operator()(double value) const { writer.real(value); }
  void operator()(const std::string& value) const { writer.text(value); }
  void operator()(const Value::Array& array) const {
    writer.begin_array(array.size());
    for (const Value& item : array) write(writer, item);
    writer.end_array();
  }
  void operator()(const Value::Map& map) const {
    writer.begin_map(map.size());
    for (const auto& [key, value] : map) {
      writer.key(key);
      write(writer, value);
    }
    writer.end_map();
  }
};

template <class Writer>
void write(Writer& writer, const Value& value) {
  value.visit(ValueWriter<Writer>{writer});
}

template <class Writer>
void write(Writer& writer, const HistoryCursor& cursor) {
  const bool by_number = cursor.before_seq || cursor.after_seq || cursor.count;
  if (!by_number) return cursor.until ? writer.real(*cursor.until) : writer.null();
  Value::Map map;
  if (cursor.before_seq) map.emplace_back("before_seq", *cursor.before_seq);
  if (cursor.after_seq) map.emplace_back("after_seq", *cursor.after_seq);
  if (cursor.count) map.emplace_back("count", *cursor.count);
  write(writer, Value(std::move(map)));
}

template <class Writer, class T>
void write(Writer& writer, const std::optional<T>& value) {
  value ? write(writer, *value) : writer.null();
}

template <class Writer, class T>
void write(Writer& writer, const Nullable<T>& value) {
  write(writer, value.value);
}

template <class Writer, class T>
void write(Writer& writer, const Verbatim<T>& value) {
  write(writer, value.value);
}

// A message inside another one leaves its trace_id out.
template <class Writer, class T>
void write(Writer& writer, const std::vector<T>& items) {
  writer.begin_array(items.size());
  for (const T& item : items) write(writer, item);
  writer.end_array();
}

template <class Writer, class T>
void write(Writer& writer, const Keyed<T>& keyed) {
  if (kIsLegacy<Writer> && keyed.entries.empty()) {
    writer.begin_array(0);
    return writer.end_array();
  }
  writer.begin_map(keyed.entries.size());
  for (const auto& [key, value] : keyed.entries) {
    writer.key(key);
    write(writer, value);
  }
  writer.end_map();
}

template <class T>
constexpr bool has_content(const T&) {
  return true;
}
template <class T>
constexpr bool has_content(const std::optional<T>& value) {
  return value.has_value();
}

// Calls `use(name, value)` for each field of `message` that belongs on the wire of Writer.
template <class Writer, class M, class Use>
void for_each_written_field(const M& message, Use&& use) {
  describe(std::type_identity<M>{}, [&](const FieldInfo& field, auto member) {
    if (kIsLegacy<Writer> && field.presence == Presence::v1_only) return;
    if (has_content(message.*member)) use(field.name, message.*member);
  });
}

template <class Writer, class M>
std::size_t count_fields(const M& message) {
  std::size_t count = 0;
  for_each_written_field<Writer>(message, [&](auto, const auto&) { ++count; });
  return count;
}

template <class Writer, class M>
void write_fields(Writer& writer, const M& message) {
  for_each_written_field<Writer>(message, [&](std::string_view name, const auto& value) {
    writer.key(name);
    write(writer, value);
  });
}

template <class Writer, AnyRecord M>
void write(Writer& writer, const M& record) {
  writer.begin_map(count_fields<Writer>(record));
  write_fields(writer, record);
  writer.end_map();
}

template <class Writer, class T>
void write(Writer& writer, const OrFalse<T>& value) {
  if (value.value) return write(writer, *value.value);
  if constexpr (!kIsLegacy<Writer>) {
    writer.null();
  } else {
    const T nothing{};
    writer.begin_map(count_fields<Writer>(nothing));
    for_each_written_field<Writer>(nothing, [&](std::string_view name, const auto&) {
      writer.key(name);
      writer.boolean(false);
    });
    writer.end_map();
  }
}

template <class Writer>
void write_text_member(Writer& writer, std::string_view name, const std::string& text) {
  writer.key(name);
  writer.text(text);
}

// Everything of an event but its trace_id: as it stands in a history, and all of it that is stored.
template <class Writer, AnyEvent M>
void write_untraced(Writer& writer, const M& event) {
  writer.key("type");
  writer.integer(event.type);
  write_fields(writer, event);
  writer.key("timestamp");
  writer.real(event.timestamp);
  if (!event.id.empty()) write_text_member(writer, "id", event.id);
}

template <class Writer, AnyEvent M>
std::size_t count_untraced(const M& event) {
  return 2 + count_fields<Writer>(event) + (event.id.empty() ? 0 : 1);
}

template <class Writer, AnyEvent M>
void write(Writer& writer, const M& inner_event) {
  writer.begin_map(count_untraced<Writer>(inner_event));
  write_untraced(writer, inner_event);
  writer.end_map();
}

template <class Writer, AnyEvent M>
void write_message(Writer& writer, const M& event) {
  writer.begin_map(count_untraced<Writer>(event) + 1);
  write_untraced(writer, event);
  write_text_member(writer, "trace_id", event.trace_id);
  writer.end_map();
}

// Requests leave out what is empty in the envelope.
template <class Writer, AnyRequest M>
void write_message(Writer& writer, const M& request) {
  const auto for_each_text = [&](auto&& use) {
    if (!request.session_id.empty()) use("session_id", request.session_id);
    if (!request.sender_id.empty()) use("sender_id", request.sender_id);
    if (!request.trace_id.empty()) use("trace_id", request.trace_id);
    if (!request.id.empty()) use("id", request.id);
  };
  std::size_t count = 1 + count_fields<Writer>(request) + (request.receiver_id.empty() ? 0 : 1);
  for_each_text([&](auto, const auto&) { ++count; });

  writer.begin_map(count);
  writer.key("type");
  writer.integer(request.type);
  for_each_text([&](std::string_view name, const std::string& text) {
    write_text_member(writer, name, text);
  });
  if (!request.receiver_id.empty()) {
    writer.key("receiver_id");
    write(writer, request.receiver_id);
  }
  write_fields(writer, request);
  writer.end_map();
}

template <class Writer, AnyRecord M>
void write_message(Writer& writer, const M& record) {
  write(writer, record);
}

}  // namespace chat::protocol
