#include "store/kept_files.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/rejected.h"
#include "store/disk.h"
#include "store/kept_files_scripts.h"
#include "store/offload.h"
#include "store/picture_maker.h"

namespace chat::store {
namespace {

constexpr std::size_t kIdSize = 32;
constexpr int kSwept = 50;
constexpr std::string_view kOpen = "open";
constexpr std::string_view kPreview = "-preview";
constexpr char kUnclean[] = "its metadata cannot be removed";

// Fields and values, as HGETALL gives them.
std::string field(const Reply& pairs, std::string_view name) {
  for (std::size_t i = 0; i + 1 < pairs.items.size(); i += 2)
    if (pairs.items[i].text == name) return pairs.items[i + 1].text;
  return {};
}

std::int64_t number(const Reply& pairs, std::string_view name) {
  Reply text;
  text.kind = Reply::Kind::text;
  text.text = field(pairs, name);
  return text.number();
}

std::vector<std::string> content_fields(const KeptFile& file) {
  const PictureFacts& picture = file.picture;
  return {"size",        std::to_string(file.size),
          "kind",        std::string(name_of(file.kind)),
          "type",        file.mime,
          "width",       std::to_string(picture.width),
          "height",      std::to_string(picture.height),
          "animated",    picture.animated ? "1" : "0",
          "preview",     picture.has_preview ? "1" : "0",
          "placeholder", picture.placeholder};
}

void read_content(KeptFile& file, const Reply& pairs) {
  file.content = field(pairs, "name");
  file.size = static_cast<std::uint64_t>(number(pairs, "size"));
  file.kind = kind_named(field(pairs, "kind"));
  file.mime = served_type(field(pairs, "type"));
  file.picture.width = static_cast<int>(number(pairs, "width"));
  file.picture.height = static_cast<int>(number(pairs, "height"));
  file.picture.animated = field(pairs, "animated") == "1";
  file.picture.has_preview = field(pairs, "preview") == "1";
  file.picture.placeholder = field(pairs, "placeholder");
}

// Gives what lies at `from` a second name, which may be there already from a try before.
void link_content(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) != 0 && errno != EEXIST) throw disk_failure(to);
}

}  // namespace

KeptFiles::KeptFiles(Redis& redis, net::ThreadPool& pool, PictureMaker& pictures, std::string root,
                     Acceptance acceptance)
    : redis_(redis),
      pool_(pool),
      pictures_(pictures),
      root_(std::move(root)),
      acceptance_(acceptance) {}

bool KeptFiles::is_id(std::string_view text) {
  return text.size() == kIdSize &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string KeptFiles::content_path(const KeptFile& file) {
  return file.content.substr(0, 2) + '/' + file.content;
}

std::string KeptFiles::preview_path(const KeptFile& file) {
  return content_path(file) + std::string(kPreview);
}

std::string KeptFiles::folder(const std::string& root) { return root + "/.files"; }

std::string KeptFiles::path_of(const std::string& root, const std::string& content) {
  return folder(root) + '/' + content.substr(0, 2) + '/' + content;
}

coro::Task<KeptFiles::Look> KeptFiles::look_at(std::shared_ptr<PartialFile> partial) {
  auto look = [partial = std::move(partial)] {
    return Look{partial->hash(), content_type_of(partial->beginning()), partial->offset()};
  };
  return offload(pool_, std::move(look));
}

void KeptFiles::check(const Look& look) const {
  const ContentType& type = look.type;
  std::uint64_t most = acceptance_.any;
  if (type.kind == FileKind::image || type.metadata == Metadata::removable)
    most = std::min(most, acceptance_.image);
  if (type.kind == FileKind::audio || type.kind == FileKind::video)
    most = std::min(most, acceptance_.media);
  if (look.size > most)
    throw Rejected(Refusal::file_too_large, "over " + std::to_string(most) + " bytes");
  if (type.metadata == Metadata::stay && !acceptance_.unclean_pictures)
    throw Rejected(Refusal::unsupported_file, kUnclean);
}

// The same file with the content that is there already; nothing when it is not, or is lost: `file`
// then says which name is of no use any more.
coro::Task<std::optional<KeptFile>> KeptFiles::known_content(KeptFile file) {
  const Reply pairs = co_await redis_.command("HGETALL", "content:" + file.hash);
  read_content(file, pairs);
  if (!is_id(file.content)) co_return std::nullopt;
  auto there = [path = path_of(root_, file.content)] { return ::access(path.c_str(), R_OK) == 0; };
  const bool found = co_await offload(pool_, std::move(there));
  if (!found) file.size = 0;
  co_return file;
}

coro::Task<void> KeptFiles::place(std::shared_ptr<PartialFile> partial, KeptFile file) {
  auto link = [partial = std::move(partial), to = path_of(root_, file.content)] {
    const std::string below = to.substr(0, to.rfind('/'));
    make_folder(below);
    link_content(partial->path(), to);
    flush_folder(below);
    return true;
  };
  co_await offload(pool_, std::move(link));
}

coro::Task<KeptFile> KeptFiles::keep_content(std::shared_ptr<PartialFile> partial, KeptFile file,
                                             Metadata metadata) {
  bool made = false;
  if (metadata == Metadata::removable) {
    std::optional<KeptFile> picture = co_await make_picture(partial, file);
    made = picture.has_value();
    if (made) file = std::move(*picture);
  }
  const bool needed = metadata == Metadata::removable && !acceptance_.unclean_pictures;
  if (!made && file.kind == FileKind::image) throw Rejected(Refusal::bad_picture, file.mime);
  if (!made && needed) throw Rejected(Refusal::unsupported_file, kUnclean);
  if (!made) co_await place(std::move(partial), file);
  co_return file;
}

// Its content is what the picture shows; what came up is not kept. Nothing when it cannot be read.
coro::Task<std::optional<KeptFile>> KeptFiles::make_picture(std::shared_ptr<PartialFile> partial,
                                                            KeptFile file) {
  const std::string to = path_of(root_, file.content);
  auto prepare = [below = to.substr(0, to.rfind('/'))] {
    make_folder(below);
    return true;
  };
  co_await offload(pool_, std::move(prepare));
  const auto report = co_await pictures_.make(partial->path(), to);
  if (!report) co_return std::nullopt;
  file.picture.width = report->width;
  file.picture.height = report->height;
  file.picture.animated = report->animated;
  file.picture.has_preview = report->has_preview;
  file.picture.placeholder = report->placeholder;
  auto measure = [to] {
    flush_folder(to.substr(0, to.rfind('/')));
    std::error_code error;
    const auto size = static_cast<std::uint64_t>(std::filesystem::file_size(to, error));
    if (error) throw Rejected(Refusal::upload_failed, to + ": " + error.message());
    return size;
  };
  file.size = co_await offload(pool_, std::move(measure));
  co_return file;
}

coro::Task<KeptFile> KeptFiles::keep(std::shared_ptr<PartialFile> partial, OpenUpload upload,
                                     Beginning beginning) {
  const Look look = co_await look_at(partial);
  check(look);
  std::optional<KeptFile> file;
  while (!file) {
    auto tried = co_await try_to_keep(partial, upload, beginning, look);
    file = std::move(tried);
  }
  auto remove = [root = root_, id = file->id] {
    PartialFile::remove(root, id);
    return true;
  };
  co_await offload(pool_, std::move(remove));
  co_return std::move(*file);
}

// Nothing when the content that it was to share went with its last file meanwhile.
coro::Task<std::optional<KeptFile>> KeptFiles::try_to_keep(std::shared_ptr<PartialFile> partial,
                                                           OpenUpload upload, Beginning beginning,
                                                           Look look) {
  KeptFile file;
  file.id = upload.id;
  file.owner = upload.owner;
  file.name = upload.name;
  file.length = upload.length;
  file.hash = look.hash;
  std::string lost;
  const std::optional<KeptFile> known = co_await known_content(file);
  const bool there = known && known->size > 0;
  if (known && !there) lost = known->content;
  if (there) {
    file = *known;
  } else {
    file.content = file.id;
    file.size = look.size;
    file.kind = look.type.kind;
    file.mime = look.type.mime;
    file = co_await keep_content(partial, file, look.type.metadata);
  }
  std::vector<std::string> words = {
      file.id,   file.owner,   file.name, std::to_string(file.length),
      file.hash, file.content, lost,      std::to_string(beginning.unsent.count())};
  words.push_back(std::move(beginning.place));
  words.emplace_back(there ? "" : "1");
  for (std::string& word : content_fields(file)) words.push_back(std::move(word));
  const Reply kept = co_await redis_.run(scripts::keep_file, std::move(words));
  if (kept.is_nil()) co_return std::nullopt;
  const std::string mine = std::exchange(file.content, kept.text);
  if (!there && kept.text != mine) {
    std::vector<std::string> unused(1, mine);
    co_await remove_contents(std::move(unused));
  }
  co_return file;
}

coro::Task<std::optional<SeenFile>> KeptFiles::read(std::string id, std::string user) {
  if (!is_id(id)) co_return std::nullopt;
  const Reply reply = co_await redis_.run(scripts::see_file, id, user);
  const Reply& pairs = reply.at(0);
  SeenFile seen;
  seen.place = reply.at(2).text;
  seen.shown = reply.at(3).number() > 0;
  KeptFile& file = seen.file;
  file.id = std::move(id);
  file.owner = field(pairs, "owner");
  file.name = field(pairs, "name");
  file.length = static_cast<std::uint64_t>(number(pairs, "length"));
  file.hash = field(pairs, "hash");
  read_content(file, reply.at(1));
  if (!is_id(file.content)) co_return std::nullopt;
  co_return seen;
}

coro::Task<std::optional<SeenFile>> KeptFiles::see(std::string id, std::string user) {
  std::optional<SeenFile> seen = co_await read(std::move(id), std::move(user));
  if (seen && seen->place.empty()) seen.reset();
  co_return seen;
}

coro::Task<std::optional<KeptFile>> KeptFiles::find(std::string id) {
  std::string nobody;
  std::optional<SeenFile> seen = co_await read(std::move(id), std::move(nobody));
  if (!seen) co_return std::nullopt;
  co_return std::move(seen->file);
}

coro::Task<std::optional<KeptFile>> KeptFiles::find_shown(std::string id) {
  std::string nobody;
  std::optional<SeenFile> seen = co_await read(std::move(id), std::move(nobody));
  if (!seen || !seen->shown) co_return std::nullopt;
  co_return std::move(seen->file);
}

coro::Task<void> KeptFiles::open(std::string id, std::string user) {
  co_await redis_.run(scripts::show_file, id, user, kOpen);
}

coro::Task<void> KeptFiles::hide(std::string id, std::chrono::seconds age) {
  co_await redis_.run(scripts::hide_file, id, kOpen, age.count());
}

coro::Task<bool> KeptFiles::discard(std::string id, std::string user) {
  const Reply reply = co_await redis_.run(scripts::discard_file, id, user);
  std::vector<std::string> unused;
  if (!reply.at(1).text.empty()) unused.push_back(reply.at(1).text);
  co_await remove_contents(std::move(unused));
  co_return reply.at(0).number() != 0;
}

coro::Task<std::size_t> KeptFiles::sweep() {
  const Reply reply = co_await redis_.run(scripts::sweep_files, kSwept);
  std::vector<std::string> unused = reply.at(1).texts();
  co_await remove_contents(std::move(unused));
  co_return static_cast<std::size_t>(reply.at(0).number());
}

coro::Task<void> KeptFiles::remove_contents(std::vector<std::string> names) {
  std::erase_if(names, [](const std::string& name) { return !is_id(name); });
  if (names.empty()) co_return;
  auto remove = [root = root_, names = std::move(names)] {
    for (const std::string& name : names) {
      const std::string path = path_of(root, name);
      ::unlink(path.c_str());
      ::unlink((path + std::string(kPreview)).c_str());
    }
    return true;
  };
  co_await offload(pool_, std::move(remove));
}

}  // namespace chat::store
