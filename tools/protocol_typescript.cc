#include "protocol_typescript.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/describe.h"
#include "protocol/registry.h"

namespace protocol_typescript {
namespace {

using namespace chat::protocol;

constexpr std::string_view kOpening =
    R"(// The messages of the chat protocol, as the msgpack wire carries them.
// Generated from src/protocol/messages.def by `make protocol`; not to be edited.

/** Whatever JSON can say; msgpack says no more here. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What every request may carry. */
export interface Envelope {
  session_id?: string;
  sender_id?: string;
  receiver_id?: string;
  /** Repeated in every answer to this request. */
  trace_id?: string;
  /** Chosen by the client for a message that it may have to send again. */
  id?: string;
}

/** What every message of the server carries. */
export interface EventBase {
  /** Seconds since 1970. */
  timestamp: number;
  /** Of the message, when its sender chose one. */
  id?: string;
  /** Of the request that caused it, or "". */
  trace_id: string;
}

/** Where to read a history: a time in seconds, numbers, or null for the newest messages. */
export type HistoryCursor =
  | null
  | number
  | { before_seq?: number; after_seq?: number; count?: number };

/** A message in a history. */
export type HistoryEntry =
  | Omit<Chat, "trace_id">
  | Omit<GroupCreated, "trace_id" | "members">
  | Omit<GroupChanged, "trace_id">;
)";

std::string type_name(const bool*) { return "boolean"; }
std::string type_name(const std::int64_t*) { return "number"; }
std::string type_name(const double*) { return "number"; }
std::string type_name(const std::string*) { return "string"; }
std::string type_name(const LooseText*) { return "string"; }
std::string type_name(const Flag*) { return "boolean"; }
std::string type_name(const TextInt*) { return "number"; }
std::string type_name(const Value*) { return "Json"; }
std::string type_name(const HistoryCursor*) { return "HistoryCursor"; }

template <AnyRecord M>
std::string type_name(const M*) {
  return std::string(info_of(std::type_identity<M>{}).name);
}
// A message inside another one.
std::string type_name(const Chat*) { return "HistoryEntry"; }
template <class T>
std::string type_name(const std::vector<T>*);
template <class T>
std::string type_name(const std::optional<T>*) {
  return type_name(static_cast<const T*>(nullptr));
}
template <class T>
std::string type_name(const Nullable<T>*) {
  return type_name(static_cast<const T*>(nullptr)) + " | null";
}
template <class T>
std::string type_name(const OrFalse<T>*) {
  return type_name(static_cast<const T*>(nullptr)) + " | null";
}
template <class T>
std::string type_name(const Keyed<T>*) {
  return "Record<string, " + type_name(static_cast<const T*>(nullptr)) + ">";
}
template <class T>
std::string type_name(const std::vector<T>*) {
  return type_name(static_cast<const T*>(nullptr)) + "[]";
}
template <class T>
std::string type_name(const Verbatim<T>*) {
  return type_name(static_cast<const T*>(nullptr));
}

template <class T>
constexpr bool kOptional = false;
template <class T>
constexpr bool kOptional<std::optional<T>> = true;

// A request says all its fields; in a record, what the server fills in itself may be left out.
template <class M, class T>
bool may_be_left_out(const FieldInfo& field) {
  return kOptional<T> || (AnyRecord<M> && field.presence == Presence::lenient);
}

template <class M>
std::string members() {
  std::string text;
  describe(std::type_identity<M>{}, [&]<class T>(const FieldInfo& field, T M::*) {
    text += "  /** " + std::string(field.meaning) + " */\n  " + std::string(field.name) +
            (may_be_left_out<M, T>(field) ? "?: " : ": ") +
            type_name(static_cast<const T*>(nullptr)) + ";\n";
  });
  return text;
}

template <class M>
std::string interface_of(std::string_view suffix, std::string_view rest) {
  const MessageInfo info = info_of(std::type_identity<M>{});
  return "\n/** " + std::string(info.meaning) + ". */\nexport interface " + std::string(info.name) +
         std::string(suffix) + " " + std::string(rest);
}

template <class M>
std::string message(std::string_view suffix, std::string_view base) {
  std::string types;
  for (const int type : M::kTypes) {
    // What is sent and stored as a private type is shown as another one.
    if (AnyEvent<M> && is_private(type)) continue;
    types += (types.empty() ? "" : " | ") + std::to_string(type);
  }
  return interface_of<M>(suffix, "extends " + std::string(base) + " {\n  type: " + types + ";\n") +
         members<M>() + "}\n";
}

template <class List>
std::string messages(List list, std::string_view suffix, std::string_view base,
                     std::string_view all) {
  std::string text;
  std::string names;
  for_each_message(list, [&]<class M>(std::type_identity<M> each) {
    text += message<M>(suffix, base);
    names += "\n  | " + std::string(info_of(each).name) + std::string(suffix);
  });
  return text + "\nexport type " + std::string(all) + " =" + names + ";\n";
}

std::string type_constants() {
  std::string text = "\n/** The numbers of all messages. */\nexport const MessageType = {\n";
  for (const TypeInfo& info : all_types()) {
    text += "  /** " + std::string(info.meaning) + " */\n  " + std::string(info.name) + ": " +
            std::to_string(info.number) + ",\n";
  }
  return text + "} as const;\n";
}

std::string records() {
  std::string text;
#define RECORD(Name, meaning) text += interface_of<Name>("", "{\n") + members<Name>() + "}\n";
#include "protocol/messages.def"
  return text;
}

}  // namespace

std::string module() {
  return std::string(kOpening) + type_constants() + records() +
         messages(Requests{}, "Request", "Envelope", "ClientMessage") +
         messages(Events{}, "", "EventBase", "ServerMessage");
}

}  // namespace protocol_typescript
