#include "config/local_ini.h"

#include <gtest/gtest.h>

namespace chat::config {
namespace {

TEST(LocalIni, RenamesTheOriginalsKeysAndKeepsTheirLines) {
  ConfigFile file = parse_config("[ssl]\nlocal_pk=/key\n[security]\nclient_name=a\n", "local.ini");
  std::vector<std::string> notes;
  translate_local_ini(file, notes);
  ASSERT_EQ(file.entries.size(), 2U);
  EXPECT_EQ(file.entries[0].key, "tls_key");
  EXPECT_EQ(file.entries[0].section, "");
  EXPECT_EQ(file.entries[0].line, 2U);
  EXPECT_EQ(file.entries[1].key, "client_name");
  EXPECT_TRUE(notes.empty());
}

TEST(LocalIni, RemarksOnKeysWithoutMeaning) {
  ConfigFile file = parse_config("bandwidth=100\n[ssl]\nca_file=\n", "local.ini");
  std::vector<std::string> notes;
  translate_local_ini(file, notes);
  EXPECT_TRUE(file.entries.empty());
  ASSERT_EQ(notes.size(), 1U) << "an empty ca_file needs no remark";
  EXPECT_NE(notes[0].find("bandwidth"), std::string::npos);
}

TEST(LocalIni, LeavesKeysOfOtherSectionsAlone) {
  ConfigFile file = parse_config("[ssl]\nserver_name=x\n", "local.ini");
  std::vector<std::string> notes;
  translate_local_ini(file, notes);
  ASSERT_EQ(file.entries.size(), 1U);
  EXPECT_EQ(file.entries[0].section, "ssl");
}

}  // namespace
}  // namespace chat::config
