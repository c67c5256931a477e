#include "store/partial_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/rejected.h"
#include "store/disk.h"

namespace chat::store {
namespace {

constexpr std::string_view kFolder = "/.open/";
constexpr std::size_t kBeginning = 64 * 1024;
constexpr std::size_t kMostListed = 1000;
constexpr std::size_t kPiece = 1024 * 1024;

std::string path_of(const std::string& root, const std::string& id) {
  return root + std::string(kFolder) + id;
}

// How far the sum has come, as its file holds it.
struct SavedSum {
  std::uint64_t offset = 0;
  bool strict = false;  // what lies behind it was not checked yet and does not count
  Sha256 digest;
};

std::string read_small(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string bytes(1024, '\0');
  const ssize_t got = file ? ::read(file.get(), bytes.data(), bytes.size()) : 0;
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return bytes;
}

constexpr std::size_t kSumHead = sizeof(std::uint64_t) + 1;

// A sum that cannot be read is made anew from the bytes.
SavedSum read_sum(const std::string& path) {
  SavedSum sum;
  const std::string bytes = read_small(path);
  if (bytes.size() < kSumHead) return sum;
  const auto digest = Sha256::from_state(std::string_view(bytes).substr(kSumHead));
  if (!digest) return sum;
  std::memcpy(&sum.offset, bytes.data(), sizeof sum.offset);
  sum.strict = bytes[sizeof sum.offset] != 0;
  sum.digest = *digest;
  return sum;
}

void write_sum(const std::string& path, const SavedSum& sum) {
  std::string bytes(sizeof sum.offset, '\0');
  std::memcpy(bytes.data(), &sum.offset, sizeof sum.offset);
  bytes += sum.strict ? '\1' : '\0';
  bytes += sum.digest.state();
  const std::string fresh = path + ".new";
  {
    const UniqueFd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) throw disk_failure(fresh);
    write_all(file.get(), bytes, fresh);
    if (::fdatasync(file.get()) != 0) throw disk_failure(fresh);
  }
  if (std::rename(fresh.c_str(), path.c_str()) != 0) throw disk_failure(path);
}

std::uint64_t size_of(int file) {
  struct stat facts {};
  if (::fstat(file, &facts) != 0) throw disk_failure("an unfinished upload");
  return static_cast<std::uint64_t>(facts.st_size);
}

}  // namespace

void PartialFile::create(const std::string& root, const std::string& id) {
  make_folder(root + std::string(kFolder));
  const std::string path = path_of(root, id);
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!file) throw disk_failure(path);
}

std::optional<std::uint64_t> PartialFile::offset_of(const std::string& root,
                                                    const std::string& id) {
  const std::string path = path_of(root, id);
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  const SavedSum sum = read_sum(path + ".sum");
  return sum.strict ? std::min(size, sum.offset) : size;
}

void PartialFile::remove(const std::string& root, const std::string& id) {
  const std::string path = path_of(root, id);
  for (const char* tail : {"", ".sum", ".sum.new"}) ::unlink((path + tail).c_str());
}

std::vector<std::string> PartialFile::unused_since(const std::string& root,
                                                   std::chrono::seconds age) {
  const auto limit = std::filesystem::file_time_type::clock::now() - age;
  std::set<std::string> ids;
  std::error_code error;
  std::filesystem::directory_iterator files(root + std::string(kFolder), error);
  for (; !error && files != std::filesystem::directory_iterator() && ids.size() < kMostListed;
       files.increment(error)) {
    std::error_code gone;
    const auto written = files->last_write_time(gone);
    const std::string name = files->path().filename();
    if (!gone && written < limit) ids.insert(name.substr(0, name.find('.')));
  }
  return {ids.begin(), ids.end()};
}

PartialFile::PartialFile(std::string root, std::string id)
    : root_(std::move(root)), id_(std::move(id)) {
  file_.reset(::open(path().c_str(), O_RDWR | O_CLOEXEC));
  if (!file_ && errno == ENOENT) throw Rejected(Refusal::no_such_file, id_);
  if (!file_) throw disk_failure(path());
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) throw Rejected(Refusal::upload_busy, id_);
  const SavedSum sum = read_sum(path() + ".sum");
  const std::uint64_t size = size_of(file_.get());
  if (sum.strict && sum.offset < size &&
      ::ftruncate(file_.get(), static_cast<off_t>(sum.offset)) != 0)
    throw disk_failure(path());
  offset_ = sum.strict ? std::min(size, sum.offset) : size;
  if (sum.offset <= offset_) {
    summed_ = sum.offset;
    digest_ = sum.digest;
  }
  catch_up(summed_);
}

// Adds what the sum lacks.
void PartialFile::catch_up(std::uint64_t from) {
  std::vector<char> piece(from < offset_ ? kPiece : 0);
  while (from < offset_) {
    const ssize_t got = ::pread(file_.get(), piece.data(), piece.size(), static_cast<off_t>(from));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw disk_failure(path());
    digest_.update({piece.data(), static_cast<std::size_t>(got)});
    from += static_cast<std::uint64_t>(got);
  }
  if (::lseek(file_.get(), static_cast<off_t>(offset_), SEEK_SET) < 0) throw disk_failure(path());
}

PartialFile::~PartialFile() {
  try {
    if (checksum_) cut(chunk_begin_);
    if (summed_ != offset_) pause();
  } catch (const Rejected& rejected) {
    log::warn("an upload may have to be read again: {}", rejected.detail());
  }
}

void PartialFile::begin_chunk(const ChunkSum& sum) {
  pause();
  checksum_ = Checksum::of(sum.algorithm);
  expected_ = sum.expected;
  chunk_begin_ = offset_;
  digest_before_ = digest_;
  save();
}

void PartialFile::write(std::string_view bytes) {
  write_all(file_.get(), bytes, path());
  offset_ += bytes.size();
  digest_.update(bytes);
  if (checksum_) checksum_->update(bytes);
}

void PartialFile::end_chunk() {
  if (!checksum_) return;
  const bool right = checksum_->finish() == expected_;
  checksum_.reset();
  if (!right) cut(chunk_begin_);
  pause();
  if (!right) throw Rejected(Refusal::bad_checksum, id_);
}

void PartialFile::cut(std::uint64_t offset) {
  checksum_.reset();
  if (::ftruncate(file_.get(), static_cast<off_t>(offset)) != 0 ||
      ::lseek(file_.get(), static_cast<off_t>(offset), SEEK_SET) < 0)
    throw disk_failure(path());
  offset_ = offset;
  digest_ = digest_before_;
}

void PartialFile::pause() {
  if (::fdatasync(file_.get()) != 0) throw disk_failure(path());
  save();
  summed_ = offset_;
}

void PartialFile::give_up() {
  checksum_.reset();
  summed_ = offset_;
}

void PartialFile::save() const {
  SavedSum sum;
  sum.offset = checksum_ ? chunk_begin_ : offset_;
  sum.strict = checksum_.has_value();
  sum.digest = checksum_ ? digest_before_ : digest_;
  write_sum(path() + ".sum", sum);
}

std::string PartialFile::beginning() const {
  std::string bytes(std::min<std::uint64_t>(kBeginning, offset_), '\0');
  const ssize_t got = ::pread(file_.get(), bytes.data(), bytes.size(), 0);
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return bytes;
}

std::string PartialFile::hash() const { return Sha256(digest_).finish(); }

std::string PartialFile::path() const { return path_of(root_, id_); }

}  // namespace chat::store
