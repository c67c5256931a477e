#include "protocol/message_types.h"

#include <algorithm>
#include <array>

namespace chat::protocol {
namespace {

// The values of the wire column of types.def.
constexpr bool both = false;
constexpr bool v1 = true;

constexpr std::array kTypes{
#define TYPE(number, name, wire, meaning) TypeInfo{number, #name, wire, meaning},
#include "protocol/types.def"
};

static_assert(std::ranges::is_sorted(kTypes, std::ranges::less_equal{}, &TypeInfo::number),
              "types.def is in ascending order, each number once");

constexpr std::array kPrivateTypes{type::text_private, type::image_private, type::emotion_private,
                                   type::music_private, type::file_private};

}  // namespace

std::span<const TypeInfo> all_types() { return kTypes; }

const TypeInfo* type_info(int number) {
  const auto found = std::ranges::lower_bound(kTypes, number, {}, &TypeInfo::number);
  return found != kTypes.end() && found->number == number ? &*found : nullptr;
}

bool is_private(int number) {
  return std::ranges::find(kPrivateTypes, number) != kPrivateTypes.end();
}

int self_type(int private_type) { return private_type - 2; }
int other_type(int private_type) { return private_type - 1; }

}  // namespace chat::protocol
