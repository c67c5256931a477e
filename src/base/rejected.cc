#include "base/rejected.h"

#include <array>
#include <cstddef>

namespace chat {

const RefusalInfo& info_of(Refusal refusal) {
  static constexpr std::array kInfos{
#define REFUSAL(code, legacy_type, text, meaning) RefusalInfo{#code, legacy_type, text, meaning},
#include "base/refusals.def"
#undef REFUSAL
  };
  return kInfos[static_cast<std::size_t>(refusal)];
}

const char* Rejected::what() const noexcept { return info_of(refusal_).code.data(); }

}  // namespace chat
