#include "store/files.h"

#include <unistd.h>

#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/rejected.h"
#include "store/offload.h"

namespace chat::store {
namespace {

constexpr std::string_view kPrefix = "/upload";

// ARGV: hash, path, path known to be gone. Returns the path under which the content is kept.
const Script claim_content{R"lua(
local held = redis.call('HGET', 'file:hash', ARGV[1])
if held and held ~= ARGV[3] then return held end
redis.call('HSET', 'file:hash', ARGV[1], ARGV[2])
return ARGV[2]
)lua"};

bool is_digits(std::string_view text, std::size_t count) {
  return text.size() == count && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Cuts off and returns what stands before the next slash.
std::string_view next_part(std::string_view& path) {
  const std::size_t slash = std::min(path.find('/'), path.size());
  const std::string_view part = path.substr(0, slash);
  path.remove_prefix(std::min(slash + 1, path.size()));
  return part;
}

}  // namespace

Files::Files(Redis& redis, net::ThreadPool& pool, std::string root, std::uint64_t max_size)
    : redis_(redis), pool_(pool), root_(std::move(root)), max_size_(max_size) {}

coro::Task<std::shared_ptr<UploadWriter>> Files::begin() {
  auto open = [root = root_, max_size = max_size_] {
    return std::make_shared<UploadWriter>(root, max_size);
  };
  return offload(pool_, std::move(open));
}

coro::Task<void> Files::write(std::shared_ptr<UploadWriter> upload, std::string bytes) {
  auto append = [upload = std::move(upload), bytes = std::move(bytes)] {
    upload->write(bytes);
    return true;
  };
  co_await offload(pool_, std::move(append));
}

coro::Task<StoredFile> Files::finish(std::shared_ptr<UploadWriter> upload) {
  auto complete = [upload] {
    upload->finish();
    return true;
  };
  co_await offload(pool_, std::move(complete));

  StoredFile file{upload->hash(), {}, upload->size()};
  const Known known = co_await look_up(file.hash);
  if (known.there) file.path = known.path;
  co_return file;
}

coro::Task<StoredFile> Files::give_path(std::shared_ptr<UploadWriter> upload, std::string content) {
  StoredFile file{upload->hash(), {}, upload->size()};
  const Known known = co_await look_up(file.hash);
  auto link = [upload, content = std::move(content)] { return upload->give_path(content); };
  const std::string path = co_await offload(pool_, std::move(link));
  const std::string lost = known.there ? std::string() : known.path;
  const Reply kept = co_await redis_.run(claim_content, file.hash, path, lost);
  file.path = kept.text;
  if (file.path != path) {
    auto remove = [name = local_path(path)] { return ::unlink(name.c_str()); };
    co_await offload(pool_, std::move(remove));
  }
  co_return file;
}

coro::Task<void> Files::drop(std::shared_ptr<UploadWriter> upload) {
  auto let_go = [upload = std::move(upload)]() mutable {
    upload.reset();
    return true;
  };
  try {
    co_await offload(pool_, std::move(let_go));
  } catch (const Rejected&) {
    log::debug("the disk is too busy to close an upload, which was done at once");
  }
}

coro::Task<Files::Known> Files::look_up(std::string hash) {
  const Reply held = co_await redis_.command("HGET", "file:hash", hash);
  Known known;
  known.path = held.text;
  if (!is_upload_path(known.path, {})) co_return known;
  auto look = [name = local_path(known.path)] { return ::access(name.c_str(), R_OK) == 0; };
  known.there = co_await offload(pool_, std::move(look));
  co_return known;
}

std::string Files::local_path(const std::string& path) const {
  return root_ + path.substr(kPrefix.size());
}

bool Files::is_upload_path(std::string_view path, std::string_view folder) {
  if (!path.starts_with("/upload/")) return false;
  path.remove_prefix(kPrefix.size() + 1);
  const std::string_view kind = next_part(path);
  const bool known = kind == "image" || kind == "music" || kind == "document";
  if (!known || (!folder.empty() && kind != folder)) return false;
  if (!is_digits(next_part(path), 8) || !is_digits(next_part(path), 2)) return false;
  const std::size_t dot = path.find('.');
  return dot != 0 && dot != std::string_view::npos && dot + 1 < path.size() &&
         path.find('/') == std::string_view::npos && path.find('.', dot + 1) == path.npos;
}

}  // namespace chat::store
