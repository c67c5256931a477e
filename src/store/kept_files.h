// Files that came up whole: what they are, where their content is, who may see them.
//
// `file:ID` is a file somebody uploaded; `content:SHA256` what it holds, which equal files share
// and `content_files:SHA256` lists. `file_holders:ID` are those who uploaded it, `file_places:ID`
// counts the messages of each conversation that show it; `files:due` lists what nothing shows by
// when it goes, `files:bytes` what each user has uploaded. Contents are in the folder `.files` of
// the upload folder, under names of their own.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coro/task.h"
#include "store/file_kind.h"
#include "store/open_uploads.h"
#include "store/partial_file.h"
#include "store/redis.h"

namespace chat::net {
class ThreadPool;
}

namespace chat::store {

class PictureMaker;

// What there is to know of a picture; nothing of it is set for other files.
struct PictureFacts {
  int width = 0;  // as it is to be shown
  int height = 0;
  bool animated = false;
  bool has_preview = false;
  std::string placeholder;  // a tiny WebP, base64
};

struct KeptFile {
  std::string id;
  std::string owner;         // who uploaded it
  std::string name;          // as the client gave it
  std::uint64_t length = 0;  // bytes that came up
  std::string hash;          // SHA-256 of them, hex
  std::string content;       // where the content is, below `.files`
  std::uint64_t size = 0;    // bytes of the content
  FileKind kind = FileKind::file;
  std::string mime;
  PictureFacts picture;
};

// A file as somebody may see it.
struct SeenFile {
  KeptFile file;
  std::string place;   // the conversation that lets them, or "own" or "open"
  bool shown = false;  // by anything at all
};

// What is taken.
struct Acceptance {
  // The largest file of each kind, in bytes.
  std::uint64_t any = 0;
  std::uint64_t image = 0;
  std::uint64_t media = 0;  // sound and film

  bool unclean_pictures = false;  // those whose metadata stay, as they came
};

// How a file begins.
struct Beginning {
  std::chrono::seconds unsent{};  // it goes after that, unless something shows it
  std::string place;              // what shows it already; empty: nothing does
};

class KeptFiles {
 public:
  // The place of files that have an address of the legacy wire.
  static constexpr char kLegacy[] = "legacy";

  // `root` is the upload folder; `pool` and `pictures` outlive this object.
  KeptFiles(Redis& redis, net::ThreadPool& pool, PictureMaker& pictures, std::string root,
            Acceptance acceptance);

  void set_acceptance(Acceptance acceptance) { acceptance_ = acceptance; }

  // An upload is complete and paused: it becomes a file with the same id. Throws Rejected:
  // `file_too_large` (for its kind), `bad_picture`, `unsupported_file` (a picture whose metadata
  // stay), `busy`, `upload_failed`.
  coro::Task<KeptFile> keep(std::shared_ptr<PartialFile> partial, OpenUpload upload,
                            Beginning beginning);

  // The file, if that user may see it; with an empty `user` what is open to everybody.
  coro::Task<std::optional<SeenFile>> see(std::string id, std::string user);

  // The file, whoever may see it.
  coro::Task<std::optional<KeptFile>> find(std::string id);

  // The same, if anything shows it.
  coro::Task<std::optional<KeptFile>> find_shown(std::string id);

  // Opens a file to everybody, as a picture of a user or group is; `user` must see it. Throws
  // Rejected(no_such_file). hide() takes one such use back; a file that nothing shows then goes
  // after `age`.
  coro::Task<void> open(std::string id, std::string user);
  coro::Task<void> hide(std::string id, std::chrono::seconds age);

  // Removes a file of that user's that nothing shows. False when something does, or it is none.
  coro::Task<bool> discard(std::string id, std::string user);

  // Removes some files whose time is over; how many.
  coro::Task<std::size_t> sweep();

  // Whether `text` has the form of an id.
  static bool is_id(std::string_view text);

  // The content and the preview, below the folder of contents.
  static std::string content_path(const KeptFile& file);
  static std::string preview_path(const KeptFile& file);

  // The folder of contents.
  static std::string folder(const std::string& root);

  // Where the content is on disk, by the file or by its name.
  std::string local_path(const KeptFile& file) const { return path_of(root_, file.content); }
  static std::string path_of(const std::string& root, const std::string& content);

 private:
  // What the bytes say.
  struct Look {
    std::string hash;
    ContentType type;
    std::uint64_t size = 0;
  };

  coro::Task<std::optional<SeenFile>> read(std::string id, std::string user);
  coro::Task<Look> look_at(std::shared_ptr<PartialFile> partial);
  coro::Task<std::optional<KeptFile>> try_to_keep(std::shared_ptr<PartialFile> partial,
                                                  OpenUpload upload, Beginning beginning,
                                                  Look look);
  coro::Task<std::optional<KeptFile>> known_content(KeptFile file);
  coro::Task<void> place(std::shared_ptr<PartialFile> partial, KeptFile file);
  coro::Task<std::optional<KeptFile>> make_picture(std::shared_ptr<PartialFile> partial,
                                                   KeptFile file);
  coro::Task<void> remove_contents(std::vector<std::string> names);
  void check(const Look& look) const;
  coro::Task<KeptFile> keep_content(std::shared_ptr<PartialFile> partial, KeptFile file,
                                    Metadata metadata);

  Redis& redis_;
  net::ThreadPool& pool_;
  PictureMaker& pictures_;
  std::string root_;
  Acceptance acceptance_;
};

}  // namespace chat::store
