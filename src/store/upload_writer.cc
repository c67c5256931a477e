#include "store/upload_writer.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/ids.h"
#include "base/rejected.h"
#include "store/file_types.h"

namespace chat::store {
namespace {

constexpr std::size_t kSniffed = 64 * 1024;
constexpr std::string_view kIncoming = "/.incoming";
constexpr mode_t kMode = 0640;  // as the folders: not for everybody
constexpr auto kAbandoned = std::chrono::hours(1);

Rejected failure(std::string_view what) {
  return Rejected(Refusal::upload_failed, std::string(what) + ": " + std::strerror(errno));
}

void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw Rejected(Refusal::upload_failed, path + ": " + error.message());
}

// Makes the names in a folder survive a power cut.
void flush_folder(const std::string& path) {
  const UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) throw failure(path);
}

std::string hour_folder() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%d/%H", &parts)};
}

}  // namespace

UploadWriter::UploadWriter(std::string root, std::uint64_t max_size)
    : root_(std::move(root)), max_size_(max_size) {
  const std::string folder = root_ + std::string(kIncoming);
  make_folder(folder);
  incoming_ = folder + "/XXXXXX";
  file_.reset(::mkostemp(incoming_.data(), O_CLOEXEC));
  if (!file_) throw failure(std::exchange(incoming_, {}));
}

UploadWriter::~UploadWriter() {
  if (!incoming_.empty()) ::unlink(incoming_.c_str());
}

void UploadWriter::write(std::string_view bytes) {
  if (bytes.size() > max_size_ - size_)
    throw Rejected(Refusal::file_too_large, "over " + std::to_string(max_size_) + " bytes");
  size_ += bytes.size();
  digest_.update(bytes);
  if (folder_.empty()) {
    first_bytes_.append(bytes.substr(0, kSniffed - first_bytes_.size()));
    if (first_bytes_.size() == kSniffed) recognise();
  }
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw failure(incoming_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void UploadWriter::finish() {
  if (folder_.empty()) recognise();
  hash_ = digest_.finish();
}

void UploadWriter::recognise() {
  const std::string mime = sniff(first_bytes_);
  const std::optional<FileType> type = accepted_type(mime);
  if (!type) throw Rejected(Refusal::unsupported_file, mime);
  folder_ = type->folder;
  extension_ = type->extension;
  first_bytes_ = {};
}

std::string UploadWriter::commit() {
  const std::string folder = '/' + folder_ + '/' + hour_folder();
  const std::string name = '/' + random_hex(32) + '.' + extension_;
  make_folder(root_ + folder);
  if (::fchmod(file_.get(), kMode) != 0 || ::fsync(file_.get()) != 0 ||
      std::rename(incoming_.c_str(), (root_ + folder + name).c_str()) != 0)
    throw failure(incoming_);
  incoming_.clear();
  flush_folder(root_ + folder);
  return "/upload" + folder + name;
}

void remove_abandoned_uploads(const std::string& root) {
  const auto limit = std::filesystem::file_time_type::clock::now() - kAbandoned;
  std::error_code error;
  std::filesystem::directory_iterator files(root + std::string(kIncoming), error);
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
    std::error_code gone;
    if (files->last_write_time(gone) < limit && !gone) std::filesystem::remove(*files, gone);
  }
}

}  // namespace chat::store
