// The numbers of all messages, what each means, and how the private ones belong together.
#pragma once

#include <span>
#include <string_view>

namespace chat::protocol {

// Constants such as type::user_login; a plain enum in a namespace, since messages carry an int.
namespace type {
enum : int {
#define TYPE(number, name, wire, meaning) name = number,
#include "protocol/types.def"
};
}  // namespace type

struct TypeInfo {
  int number;
  std::string_view name;
  bool v1_only;  // never on the legacy wire
  std::string_view meaning;
};

// All types in ascending order.
std::span<const TypeInfo> all_types();

// The entry of `number`; nullptr when no message has it.
const TypeInfo* type_info(int number);

// Private messages are sent and stored as one type (103) and shown to their sender (101) and their
// receiver (102) as two others; the same for 3xx, 4xx, 5xx and 10xx.
bool is_private(int number);  // of the kind that is sent and stored
int self_type(int private_type);
int other_type(int private_type);

}  // namespace chat::protocol
