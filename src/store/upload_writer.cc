#include "store/upload_writer.h"

#include <unistd.h>

#include <ctime>
#include <optional>
#include <utility>

#include "base/ids.h"
#include "base/rejected.h"
#include "store/disk.h"

namespace chat::store {
namespace {

constexpr std::size_t kSniffed = 64 * 1024;
constexpr std::size_t kNameDigits = 32;

std::string hour_folder() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%d/%H", &parts)};
}

}  // namespace

UploadWriter::UploadWriter(std::string root, std::uint64_t max_size)
    : root_(std::move(root)), id_(random_hex(kNameDigits)), max_size_(max_size) {
  PartialFile::create(root_, id_);
  partial_ = std::make_shared<PartialFile>(root_, id_);
}

UploadWriter::~UploadWriter() {
  partial_->give_up();
  PartialFile::remove(root_, id_);
}

void UploadWriter::write(std::string_view bytes) {
  if (bytes.size() > max_size_ - size())
    throw Rejected(Refusal::file_too_large, "over " + std::to_string(max_size_) + " bytes");
  if (type_.folder.empty()) {
    first_bytes_.append(bytes.substr(0, kSniffed - first_bytes_.size()));
    if (first_bytes_.size() == kSniffed) recognise();
  }
  partial_->write(bytes);
}

void UploadWriter::finish() {
  if (type_.folder.empty()) recognise();
  partial_->pause();
  hash_ = partial_->hash();
}

void UploadWriter::recognise() {
  const std::string mime = sniff(first_bytes_);
  const std::optional<FileType> type = accepted_type(mime);
  if (!type) throw Rejected(Refusal::unsupported_file, mime);
  type_ = *type;
  first_bytes_ = {};
}

std::string UploadWriter::give_path(const std::string& content) const {
  const std::string folder = '/' + std::string(type_.folder) + '/' + hour_folder();
  const std::string name =
      folder + '/' + random_hex(kNameDigits) + '.' + std::string(type_.extension);
  make_folder(root_ + folder);
  if (::link(content.c_str(), (root_ + name).c_str()) != 0) throw disk_failure(name);
  flush_folder(root_ + folder);
  return "/upload" + name;
}

}  // namespace chat::store
