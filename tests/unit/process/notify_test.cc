#include "process/notify.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <string>

#include "base/unique_fd.h"
#include "process/folder.h"

namespace chat::process {
namespace {

class NotifyTest : public testing::Test {
 protected:
  ~NotifyTest() override { ::unsetenv("NOTIFY_SOCKET"); }

  // The service manager's end; `name` as in the address, so that an abstract one begins with NUL.
  void listen(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, name.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    manager_ = UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::bind(manager_.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
  }

  std::string heard() const {
    std::array<char, 64> text{};
    const ssize_t size = ::recv(manager_.get(), text.data(), text.size(), 0);
    return size < 0 ? "nothing" : std::string(text.data(), static_cast<std::size_t>(size));
  }

  Folder folder_;
  UniqueFd manager_;
};

TEST_F(NotifyTest, TellsTheManagerAtAPath) {
  listen(folder_.file("notify"));
  ::setenv("NOTIFY_SOCKET", folder_.file("notify").c_str(), 1);
  notify("READY=1");
  EXPECT_EQ(heard(), "READY=1");
}

TEST_F(NotifyTest, TellsTheManagerInTheAbstractNamespace) {
  const std::string name = "chatd-test-" + std::to_string(::getpid());
  listen('\0' + name);
  ::setenv("NOTIFY_SOCKET", ('@' + name).c_str(), 1);
  notify("STOPPING=1");
  EXPECT_EQ(heard(), "STOPPING=1");
}

TEST_F(NotifyTest, WithoutAManagerNothingHappens) {
  listen(folder_.file("notify"));
  ::unsetenv("NOTIFY_SOCKET");
  notify("READY=1");
  for (const std::string& path : {std::string(), folder_.file("none"), std::string(500, 'x')}) {
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    notify("READY=1");
  }
  EXPECT_EQ(heard(), "nothing");
}

}  // namespace
}  // namespace chat::process
