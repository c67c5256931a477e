// What messages.def says of each struct, for code that works on all of them: the codecs, the
// generator of the protocol page, tests.
#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

#include "protocol/messages.h"

namespace chat::protocol {

enum class Presence {
  required,  // on both wires
  lenient,   // on both wires; absent or null reads as empty
  v1_only,   // on the msgpack wire only; absent or null reads as empty
};

struct FieldInfo {
  std::string_view name;
  std::string_view type;  // as messages.def spells it
  Presence presence;
  std::string_view meaning;
};

struct MessageInfo {
  std::string_view name;
  std::string_view meaning;  // of a request: who may send it; of an event: who gets it
  std::string_view answer;   // what a request brings back; empty for others
  std::string_view refused;  // codes of the refusals that are a request's own, blanks between
};

// For each struct M of messages.h:
//   describe(std::type_identity<M>{}, visit)  calls visit(FieldInfo, pointer to member) for every
//                                             field that M itself declares, in order on the wire
//   info_of(std::type_identity<M>{})          its name and meaning
#define DESCRIBED(Name, text, answer, refused)                       \
  constexpr MessageInfo info_of(std::type_identity<Name>) {          \
    return {#Name, text, answer, refused};                           \
  }                                                                  \
  template <class Visit>                                             \
  constexpr void describe(std::type_identity<Name>, Visit&& visit) { \
    using Described [[maybe_unused]] = Name;                         \
    static_cast<void>(visit);
#define RECORD(Name, text) DESCRIBED(Name, text, "", "")
#define REQUEST(Name, text, answer, refused, ...) DESCRIBED(Name, text, answer, refused)
#define EVENT(Name, text, ...) DESCRIBED(Name, text, "", "")
#define FIELD(Type, name, text) \
  visit(FieldInfo{#name, #Type, Presence::required, text}, &Described::name);
#define LENIENT_FIELD(Type, name, text) \
  visit(FieldInfo{#name, #Type, Presence::lenient, text}, &Described::name);
#define V1_FIELD(Type, name, text) \
  visit(FieldInfo{#name, #Type, Presence::v1_only, text}, &Described::name);
#define END(Name) }
#include "protocol/messages.def"
#undef DESCRIBED

template <class M>
concept AnyEvent = std::is_base_of_v<Event, M>;
template <class M>
concept AnyRequest = std::is_base_of_v<Envelope, M> && !std::is_same_v<Envelope, M>;
template <class M>
concept AnyRecord = !AnyEvent<M> && !AnyRequest<M> && requires {
  info_of(std::type_identity<M>{});
};

}  // namespace chat::protocol
