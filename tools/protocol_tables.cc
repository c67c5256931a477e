#include "protocol_tables.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/rejected.h"
#include "protocol/describe.h"
#include "protocol/registry.h"

namespace protocol_tables {
namespace {

using namespace chat::protocol;

// ---- What a field holds, in words ----

std::string words(const bool*) { return "boolean"; }
std::string words(const std::int64_t*) { return "integer"; }
std::string words(const double*) { return "number"; }
std::string words(const std::string*) { return "text"; }
std::string words(const LooseText*) { return "text"; }
std::string words(const Flag*) { return "boolean ¹"; }
std::string words(const TextInt*) { return "integer ¹"; }
std::string words(const Value*) { return "any value"; }
std::string words(const HistoryCursor*) { return "[cursor](#history)"; }

// A link to the section of the record or message.
template <class M>
requires(AnyEvent<M> || AnyRecord<M>) std::string words(const M*) {
  const std::string name(info_of(std::type_identity<M>{}).name);
  std::string anchor = name;
  std::ranges::transform(anchor, anchor.begin(), [](unsigned char c) { return std::tolower(c); });
  return "[" + name + "](#" + anchor + ")";
}
template <class T>
std::string words(const std::vector<T>*);
template <class T>
std::string words(const std::optional<T>*) {
  return words(static_cast<const T*>(nullptr)) + ", may be absent";
}
template <class T>
std::string words(const Nullable<T>*) {
  return words(static_cast<const T*>(nullptr)) + " or null";
}
template <class T>
std::string words(const OrFalse<T>*) {
  return words(static_cast<const T*>(nullptr)) + " or null ¹";
}
template <class T>
std::string words(const Keyed<T>*) {
  return "map of text to " + words(static_cast<const T*>(nullptr)) + " ¹";
}
template <class T>
std::string words(const std::vector<T>*) {
  return "list of " + words(static_cast<const T*>(nullptr));
}
template <class T>
std::string words(const Verbatim<T>*) {
  return words(static_cast<const T*>(nullptr)) + " and more";
}

std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

template <class M>
std::string fields() {
  std::string rows;
  describe(std::type_identity<M>{}, [&]<class Field>(const FieldInfo& field, Field M::*) {
    rows += "| `" + std::string(field.name) + "` | " + words(static_cast<const Field*>(nullptr));
    if (field.presence == Presence::v1_only) rows += " ²";
    rows += " | " + cell(field.meaning) + " |\n";
  });
  if (rows.empty()) return "No fields of its own.\n";
  return "| field | holds | meaning |\n|---|---|---|\n" + rows;
}

// The private types are what is sent and stored: no client is ever shown one.
template <class M>
std::string types_of() {
  std::string types;
  for (const int type : M::kTypes) {
    if (AnyEvent<M> && is_private(type)) continue;
    types += (types.empty() ? "" : ", ") + std::to_string(type);
    if (type_info(type)->v1_only) types += " (msgpack only)";
  }
  return types;
}

std::string item(std::string_view label, std::string_view text) {
  return text.empty() ? "" : "- " + std::string(label) + ": " + std::string(text) + "\n";
}

std::string as_code(std::string_view words) {
  std::string text;
  while (!words.empty()) {
    const std::size_t blank = std::min(words.find(' '), words.size());
    text += (text.empty() ? "`" : ", `") + std::string(words.substr(0, blank)) + "`";
    words.remove_prefix(std::min(blank + 1, words.size()));
  }
  return text;
}

template <class M>
std::string section(std::string_view who) {
  const MessageInfo info = info_of(std::type_identity<M>{});
  return "### " + std::string(info.name) + "\n\n" + item("type", types_of<M>()) +
         item(who, info.meaning) + item("answer", info.answer) +
         item("refused with", as_code(info.refused)) + "\n" + fields<M>() + "\n";
}

template <class List>
std::string sections(List list, std::string_view who) {
  std::string text;
  for_each_message(list, [&]<class M>(std::type_identity<M>) { text += section<M>(who); });
  text.pop_back();
  return text;
}

bool is_sent_by_client(int type) {
  return with_request(type, [](auto) {});
}
bool is_sent_by_server(int type) {
  return !is_private(type) && with_event(type, [](auto) {});
}

}  // namespace

std::string types() {
  std::string table = "| type | name | from | wire | meaning |\n|---|---|---|---|---|\n";
  for (const TypeInfo& info : all_types()) {
    const bool client = is_sent_by_client(info.number);
    const bool server = is_sent_by_server(info.number);
    table += "| " + std::to_string(info.number) + " | " + std::string(info.name) + " | " +
             (client && server ? "both"
              : client         ? "client"
                               : "server") +
             " | " + (info.v1_only ? "msgpack" : "both") + " | " + cell(info.meaning) + " |\n";
  }
  return table;
}

std::string requests() { return sections(Requests{}, "from"); }
std::string events() { return sections(Events{}, "to"); }

std::string records() {
  std::string text;
#define RECORD(Name, meaning) text += "### " #Name "\n\n" meaning ".\n\n" + fields<Name>() + "\n";
#include "protocol/messages.def"
  text.pop_back();
  return text;
}

std::string refusals() {
  std::string table = "| code | type | text | meaning |\n|---|---|---|---|\n";
#define REFUSAL(code, type, text, meaning) \
  table += "| `" #code "` | " #type " | " text " | " meaning " |\n";
#include "base/refusals.def"
#undef REFUSAL
  return table;
}

}  // namespace protocol_tables
