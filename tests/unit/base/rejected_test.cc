#include "base/rejected.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace chat {
namespace {

constexpr Refusal kAll[] = {
#define REFUSAL(code, legacy_type, text, meaning) Refusal::code,
#include "base/refusals.def"
#undef REFUSAL
};

TEST(Rejected, CarriesRefusalAndDetail) {
  try {
    throw Rejected(Refusal::bad_format, "12 bytes");
  } catch (const Rejected& rejected) {
    EXPECT_EQ(rejected.refusal(), Refusal::bad_format);
    EXPECT_EQ(rejected.detail(), "12 bytes");
  }
}

TEST(Rejected, TellsTheStableCodeAsWhat) {
  const Rejected rejected(Refusal::bad_format);
  EXPECT_STREQ(rejected.what(), "bad_format");
}

TEST(Rejected, EveryRefusalHasTypeAndMeaning) {
  for (const Refusal refusal : kAll) {
    const RefusalInfo& info = info_of(refusal);
    EXPECT_FALSE(info.code.empty());
    EXPECT_FALSE(info.meaning.empty()) << info.code;
    EXPECT_GE(info.type, 200) << info.code;
  }
}

TEST(Rejected, CodesAreUnique) {
  std::set<std::string_view> codes;
  for (const Refusal refusal : kAll) codes.insert(info_of(refusal).code);
  EXPECT_EQ(codes.size(), std::size(kAll));
}

}  // namespace
}  // namespace chat
