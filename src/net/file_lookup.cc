#include "net/file_lookup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "net/file_type.h"

namespace chat::net {
namespace {

struct Variant {
  std::string_view coding;
  std::string_view extension;
};
constexpr Variant kVariants[] = {{"br", ".br"}, {"gzip", ".gz"}};

FileFacts facts_of(int file, std::string_view coding) {
  struct stat status {};
  fstat(file, &status);
  FileFacts facts;
  facts.size = static_cast<std::uint64_t>(status.st_size);
  facts.modified = status.st_mtim.tv_sec;
  facts.etag = fmt::format("\"{:x}.{:x}-{:x}{}{}\"", status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                           status.st_size, coding.empty() ? "" : "-", coding);
  return facts;
}

}  // namespace

std::vector<char> read_at(int file, std::uint64_t offset, std::size_t count) {
  std::vector<char> bytes(count);
  std::size_t filled = 0;
  while (filled < count) {
    const ssize_t got =
        pread(file, bytes.data() + filled, count - filled, static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

void FileLookup::run(const Folder& folder) {
  file = folder.open_file(name);
  if (!file) return;
  facts = facts_of(file.get(), {});
  if (!etag.empty())
    facts.etag = etag;
  else if (file_type_of(name).compressible)
    choose_variant(folder);
  part = choose_part(facts, conditions);
  if (part.status == 200 || part.status == 206) read_start();
}

// A variant older than its original is a leftover of an earlier version.
void FileLookup::choose_variant(const Folder& folder) {
  for (const Variant& variant : kVariants) {
    if (!accepts_coding(conditions.accept_encoding, variant.coding)) continue;
    UniqueFd candidate = folder.open_file(name + std::string(variant.extension));
    if (!candidate) continue;
    FileFacts its_facts = facts_of(candidate.get(), variant.coding);
    if (its_facts.modified < facts.modified) continue;
    file = std::move(candidate);
    facts = std::move(its_facts);
    coding = variant.coding;
    return;
  }
}

void FileLookup::read_start() {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(part.length, read_ahead));
  if (part.length > count) {
    posix_fadvise(file.get(), static_cast<off_t>(part.offset), static_cast<off_t>(part.length),
                  POSIX_FADV_SEQUENTIAL);
  }
  start = read_at(file.get(), part.offset, count);
}

}  // namespace chat::net
