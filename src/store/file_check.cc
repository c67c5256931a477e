#include "store/file_check.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "store/file_check_scripts.h"
#include "store/files.h"
#include "store/kept_files.h"
#include "store/open_uploads.h"
#include "store/partial_file.h"
#include "store/place_check.h"

namespace chat::store {
namespace {

constexpr std::string_view kPreview = "-preview";
constexpr std::chrono::hours kMargin{1};  // an upload is on disk before Redis knows of it
constexpr std::chrono::hours kLeft{24};   // what a file gets that nothing shows

bool is_there(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

// Names of the files below a folder of folders.
std::vector<std::string> names_below(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::recursive_directory_iterator items(folder, error);
  for (; !error && items != std::filesystem::recursive_directory_iterator();
       items.increment(error)) {
    std::error_code gone;
    if (items->is_regular_file(gone)) names.push_back(items->path().filename());
  }
  return names;
}

std::string without_tail(std::string name) {
  if (name.ends_with(kPreview)) name.resize(name.size() - kPreview.size());
  return name;
}

}  // namespace

// The disk is read before Redis: what a server keeps meanwhile is known by then.
coro::Task<FileCheck::Report> FileCheck::run(bool mend) {
  mend_ = mend;
  report_ = {};
  std::vector<std::string> on_disk = names_below(KeptFiles::folder(root_));
  std::vector<std::string> open = PartialFile::unused_since(root_, kMargin);
  const std::int64_t left = std::chrono::seconds(kLeft).count();
  const Reply reply = co_await redis_.run(scripts::check_files, mend ? 1 : 0, left);
  report_.findings = reply.at(0).texts();
  report_.files = static_cast<std::size_t>(reply.at(1).number());
  const std::vector<std::string> words = reply.at(2).texts();
  std::vector<Content> contents;
  for (std::size_t i = 0; i + 2 < words.size(); i += 3)
    contents.push_back(Content{words[i], words[i + 1], words[i + 2] == "1"});
  report_.contents = contents.size();
  std::vector<std::string> uploads = reply.at(3).texts();
  report_.uploads = uploads.size();
  co_await check_contents(contents);
  co_await check_strays(std::move(on_disk), std::move(contents));
  co_await check_uploads(std::move(uploads));
  std::vector<std::string> paths = reply.at(4).texts();
  report_.paths = paths.size() / 2;
  co_await check_paths(std::move(paths));
  std::vector<std::string> nobodys = std::move(open);
  OpenUploads known(redis_);
  const std::vector<bool> held = co_await known.exist(nobodys);
  for (std::size_t i = 0; i < nobodys.size(); ++i) {
    if (held[i]) continue;
    tell(fmt::format("{} is an upload that nobody goes on with", nobodys[i]));
    if (mend_) PartialFile::remove(root_, nobodys[i]);
  }
  PlaceCheck places(redis_, kLeft);
  std::vector<std::string> miscounted = co_await places.run(mend);
  for (std::string& finding : miscounted) tell(std::move(finding));
  co_return report_;
}

coro::Task<void> FileCheck::check_contents(std::vector<Content> contents) {
  for (const Content& content : contents) {
    const std::string path = KeptFiles::path_of(root_, content.name);
    const bool whole =
        is_there(path) && (!content.has_preview || is_there(path + std::string(kPreview)));
    if (whole) continue;
    const Reply name = co_await redis_.command("HGET", "content:" + content.hash, "name");
    if (name.text != content.name) continue;  // removed meanwhile
    if (!KeptFiles::is_id(content.name) || !is_there(path)) {
      tell(fmt::format("content {} is not on disk: {}", content.hash, path));
      if (mend_) co_await redis_.run(scripts::lose_content, content.hash, content.name);
    } else {
      tell(fmt::format("the preview of content {} is not on disk", content.hash));
      if (mend_) co_await redis_.run(scripts::lose_preview, content.hash, content.name);
    }
  }
}

// A content is there before its record is, which follows that of the upload.
coro::Task<void> FileCheck::check_strays(std::vector<std::string> on_disk,
                                         std::vector<Content> contents) {
  std::set<std::string> known;
  for (const Content& content : contents) {
    known.insert(content.name);
    if (content.has_preview) known.insert(content.name + std::string(kPreview));
  }
  OpenUploads uploads(redis_);
  for (const std::string& name : on_disk) {
    if (known.contains(name)) continue;
    std::vector<std::string> upload(1, without_tail(name));
    const std::vector<bool> under_way = co_await uploads.exist(std::move(upload));
    const std::string path = KeptFiles::path_of(root_, name);
    if (under_way[0] || !is_there(path)) continue;
    tell(fmt::format("no file is it: {}", path));
    if (mend_) remove(path);
  }
}

coro::Task<void> FileCheck::check_uploads(std::vector<std::string> ids) {
  OpenUploads uploads(redis_);
  for (const std::string& id : ids) {
    if (PartialFile::offset_of(root_, id)) continue;
    const auto upload = co_await uploads.find(id);  // finished meanwhile, perhaps
    if (!upload) continue;
    tell(fmt::format("upload {} is not on disk", id));
    if (mend_) co_await uploads.end(*upload);
  }
}

coro::Task<void> FileCheck::check_paths(std::vector<std::string> hashes_and_paths) {
  constexpr std::size_t kPrefix = std::string_view("/upload").size();
  for (std::size_t i = 0; i + 1 < hashes_and_paths.size(); i += 2) {
    const std::string& path = hashes_and_paths[i + 1];
    if (Files::is_upload_path(path, {}) && is_there(root_ + path.substr(kPrefix))) continue;
    const std::string& hash = hashes_and_paths[i];
    tell(fmt::format("the path of content {} leads to nothing: {}", hash, path));
    if (mend_) co_await redis_.run(scripts::lose_path, hash, path);
  }
}

void FileCheck::remove(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return;
  tell(fmt::format("cannot be removed: {}: {}", path, std::strerror(errno)));
  ++report_.unmended;
}

}  // namespace chat::store
