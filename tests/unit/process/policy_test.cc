#include "process/policy.h"

#include <gtest/gtest.h>

namespace chat::process {
namespace {

using Names = std::vector<std::string>;

TEST(Policy, ListsAreSplitAtCommasWithoutBlanksAndEmptyNames) {
  config::Settings settings;
  settings.server_name = " a.example , b.example:8443,,";
  settings.client_name = "c.example";
  const websocket::Policy policy = policy_of(settings);
  EXPECT_EQ(policy.server_names, (Names{"a.example", "b.example:8443"}));
  EXPECT_EQ(policy.client_names, Names{"c.example"});
}

TEST(Policy, NoNamesMeanNoList) {
  config::Settings settings;
  settings.server_name = "";
  settings.client_name = " , ";
  EXPECT_TRUE(policy_of(settings).server_names.empty());
  EXPECT_TRUE(policy_of(settings).client_names.empty());
}

TEST(Policy, CompressionIsOfferedAsTheOptionSays) {
  config::Settings settings;
  settings.compression = true;
  EXPECT_TRUE(policy_of(settings).deflate);
  settings.compression = false;
  EXPECT_FALSE(policy_of(settings).deflate);
}

}  // namespace
}  // namespace chat::process
