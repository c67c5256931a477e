#include "config/pages.h"

#include <gtest/gtest.h>

#include "config/config_file.h"
#include "config/options.h"

namespace chat::config {
namespace {

// The sample with every option uncommented.
std::string uncommented(std::string text) {
  for (const Option& option : options()) {
    const std::string commented = "\n#" + std::string(option.name) + " = ";
    const std::size_t at = text.find(commented);
    if (at != std::string::npos) text.erase(at + 1, 1);
  }
  return text;
}

TEST(Pages, TheSampleIsAConfigFileThatChangesNothing) {
  EXPECT_TRUE(parse_config(sample_config(), "chatd.toml").entries.empty());
}

TEST(Pages, TheSampleHoldsEveryOptionWithItsDefaultInItsSection) {
  const ConfigFile file = parse_config(uncommented(sample_config()), "chatd.toml");
  ASSERT_EQ(file.entries.size(), options().size());
  const Settings defaults;
  for (const ConfigFile::Entry& entry : file.entries) {
    const Option& option = *find_option(entry.key);
    EXPECT_EQ(entry.section, option.section);
    Settings settings;
    assign(option, settings, entry.value, entry.key);
    EXPECT_EQ(option.print(settings), option.print(defaults)) << entry.key;
  }
}

TEST(Pages, TheTableHasARowForEveryOption) {
  const std::string table = options_table();
  for (const Option& option : options())
    EXPECT_NE(table.find("\n| `" + std::string(option.name) + "` |"), std::string::npos)
        << option.name;
}

}  // namespace
}  // namespace chat::config
