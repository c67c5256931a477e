#include "features/file_sweeper.h"

#include <chrono>
#include <utility>

#include "base/log.h"
#include "base/rejected.h"
#include "coro/spawn.h"
#include "store/kept_files.h"
#include "store/offload.h"
#include "store/open_uploads.h"
#include "store/partial_file.h"

namespace chat::features {
namespace {

constexpr std::chrono::seconds kPeriod{5};
constexpr int kTurnsOfUploads = 60;       // their folder is read every so many turns
constexpr std::chrono::hours kMargin{1};  // an upload is on disk before Redis knows of it

}  // namespace

FileSweeper::FileSweeper(Services& services, net::ThreadPool& disk)
    : services_(services), disk_(disk), timer_(services.loop.every(kPeriod, [this] { turn(); })) {}

void FileSweeper::turn() {
  if (!std::exchange(sweeping_, true)) coro::spawn(sweep());
}

coro::Task<void> FileSweeper::sweep() {
  try {
    while (!services_.stopping) {
      const std::size_t due = co_await services_.kept_files.sweep();
      if (due == 0) break;
    }
    if (turns_++ % kTurnsOfUploads == 0) co_await sweep_uploads();
  } catch (const Rejected& rejected) {
    log::debug("files that go are not removed yet: {}", rejected.detail());
  }
  sweeping_ = false;
}

coro::Task<void> FileSweeper::sweep_uploads() {
  const std::string& root = services_.settings.upload;
  auto list = [root] { return store::PartialFile::unused_since(root, kMargin); };
  const std::vector<std::string> ids = co_await store::offload(disk_, std::move(list));
  if (ids.empty()) co_return;
  const std::vector<bool> known = co_await services_.open_uploads.exist(ids);
  std::vector<std::string> given_up;
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (!known[i]) given_up.push_back(ids[i]);
  auto remove = [root, given_up = std::move(given_up)] {
    for (const std::string& id : given_up) store::PartialFile::remove(root, id);
    return true;
  };
  co_await store::offload(disk_, std::move(remove));
}

}  // namespace chat::features
