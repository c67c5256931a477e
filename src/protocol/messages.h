// The structs of all messages, made from messages.def.
//
// Records are aggregates. Requests derive from Envelope, events from Event; both are made with
// their (first) type, families of types may be given another: `Chat chat(type::text_self)`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/envelope.h"
#include "protocol/field_types.h"
#include "protocol/message_types.h"
#include "protocol/value.h"

namespace chat::protocol {

#define RECORD(Name, meaning) struct Name {
#define MESSAGE(Name, Base, ...)                                      \
  struct Name : Base {                                                \
    static constexpr auto kTypes = std::to_array<int>({__VA_ARGS__}); \
    explicit Name(int of_type = kTypes.front()) : Base(of_type) {}
#define REQUEST(Name, meaning, answer, refused, ...) MESSAGE(Name, Envelope, __VA_ARGS__)
#define EVENT(Name, meaning, ...) MESSAGE(Name, Event, __VA_ARGS__)
#define FIELD(Type, name, meaning) Type name{};
#define END(Name)                                             \
  friend bool operator==(const Name&, const Name&) = default; \
  }                                                           \
  ;
#include "protocol/messages.def"
#undef MESSAGE

}  // namespace chat::protocol
