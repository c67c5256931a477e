#include "store/name_lookup.h"

#include <algorithm>

#include "store/store_test.h"

namespace chat::store {
namespace {

class NameLookupTest : public StoreTest {
 protected:
  NameLookup::OnFound note() {
    return [this](const std::vector<std::string>& addresses, const std::string& problem) {
      ++answers_;
      addresses_ = addresses;
      problem_ = problem;
    };
  }

  int answers_ = 0;
  std::vector<std::string> addresses_;
  std::string problem_;
};

TEST_F(NameLookupTest, ANumberIsItsOwnAnswer) {
  NameLookup lookup(loop_.base());
  for (const std::string& address : {std::string("10.1.2.3"), std::string("::1")}) {
    lookup.start(address, note());
    EXPECT_EQ(addresses_, std::vector<std::string>{address});
  }
  EXPECT_EQ(answers_, 2);
}

TEST_F(NameLookupTest, ReadsTheHostsFile) {
  NameLookup lookup(loop_.base());
  lookup.start("localhost", note());
  wait_until([this] { return answers_ == 1; });
  EXPECT_NE(std::find(addresses_.begin(), addresses_.end(), "127.0.0.1"), addresses_.end());
  EXPECT_EQ(problem_, "");
}

TEST_F(NameLookupTest, OnlyTheLastStartIsAnswered) {
  NameLookup lookup(loop_.base());
  lookup.start("no-such-host.invalid", note());
  lookup.start("127.0.0.1", note());
  EXPECT_EQ(addresses_, std::vector<std::string>{"127.0.0.1"});
  for (int i = 0; i < 3; ++i) loop_.run_once(std::chrono::milliseconds(10));
  EXPECT_EQ(answers_, 1);
}

TEST_F(NameLookupTest, DestroyingItForgetsALookupUnderWay) {
  auto lookup = std::make_unique<NameLookup>(loop_.base());
  lookup->start("no-such-host.invalid", note());
  lookup.reset();
  for (int i = 0; i < 3; ++i) loop_.run_once(std::chrono::milliseconds(10));
  EXPECT_EQ(answers_, 0);
}

}  // namespace
}  // namespace chat::store
