#include "process/privileges.h"

#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "process/sandbox.h"
#include "process/start_error.h"

namespace chat::process {
namespace {

namespace fs = std::filesystem;

const passwd& account_of(const std::string& user) {
  const passwd* account = ::getpwnam(user.c_str());
  if (account == nullptr)
    throw StartError(ExitCode::configuration,
                     fmt::format("there is no user {}; create one with `adduser --system "
                                 "--group {}`",
                                 user, user));
  return *account;
}

[[noreturn]] void fail_folder(const fs::path& folder, std::string_view what) {
  throw StartError(ExitCode::configuration,
                   fmt::format("{}: cannot be created: {}; create it for the user that chatd runs "
                               "as, or name another folder",
                               folder.string(), what));
}

void make_folder(const fs::path& folder, const passwd* owner) {
  std::vector<fs::path> missing;  // the innermost first
  for (fs::path path = folder; !path.empty() && !fs::is_directory(path); path = path.parent_path())
    missing.push_back(path);
  for (auto path = missing.rbegin(); path != missing.rend(); ++path) {
    std::error_code error;
    fs::create_directory(*path, error);
    if (error) fail_folder(folder, error.message());
    // Those in between too: else the user could not enter them.
    if (owner != nullptr && ::chown(path->c_str(), owner->pw_uid, owner->pw_gid) != 0)
      fail_folder(folder, std::strerror(errno));
  }
}

// The bounding set: what no program run from here on can have, root's own included.
void drop_bounding_set() {
  for (unsigned long capability = 0; capability <= CAP_LAST_CAP; ++capability)
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

void become(const passwd& account) {
  drop_bounding_set();
  const bool done = ::initgroups(account.pw_name, account.pw_gid) == 0 &&
                    ::setgid(account.pw_gid) == 0 && ::setuid(account.pw_uid) == 0;
  if (!done)
    throw StartError(ExitCode::configuration, fmt::format("cannot become user {}: {}",
                                                          account.pw_name, std::strerror(errno)));
}

}  // namespace

bool changes_user(const config::Settings& settings) {
  return ::geteuid() == 0 && !settings.user.empty();
}

void check_user(const config::Settings& settings) {
  if (changes_user(settings)) account_of(settings.user);
}

void make_folders(const config::Settings& settings) {
  const passwd* owner = changes_user(settings) ? &account_of(settings.user) : nullptr;
  make_folder(settings.data, owner);
  make_folder(settings.upload, owner);
}

void give_to_user(const config::Settings& settings, int socket) {
  if (!changes_user(settings)) return;
  const passwd& account = account_of(settings.user);
  // Where that is not possible, only such an upgrade is not.
  [[maybe_unused]] const int given = ::fchown(socket, account.pw_uid, account.pw_gid);
}

void drop_privileges(const config::Settings& settings) {
  if (changes_user(settings)) become(account_of(settings.user));
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::umask(0027);
  rlimit core{};
  ::getrlimit(RLIMIT_CORE, &core);
  core = settings.core_dumps ? rlimit{core.rlim_max, core.rlim_max} : rlimit{0, 0};
  ::setrlimit(RLIMIT_CORE, &core);
  if (settings.core_dumps) {
    ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);  // a change of user had taken it away
    return;
  }
  // The leak check of the sanitizers traces its own process.
  if (can_filter_system_calls()) ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void drop_capabilities() {
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  drop_bounding_set();
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  ::syscall(SYS_capset, &header, none);
}

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace chat::process
