#include "features/shared_file.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/rejected.h"
#include "features/file_access.h"
#include "protocol/message_types.h"
#include "protocol/utf8.h"

namespace chat::features {

using protocol::Value;
using store::FileKind;

namespace {

constexpr std::size_t kLongestName = 255;

// What a message may show by its type; other types show anything.
bool may_show(int type, FileKind kind) {
  constexpr std::array kPictures = {protocol::type::image, protocol::type::image_private};
  constexpr std::array kMusic = {protocol::type::music, protocol::type::music_private};
  if (std::ranges::find(kPictures, type) != kPictures.end()) return kind == FileKind::image;
  const bool music = std::ranges::find(kMusic, type) != kMusic.end();
  return !music || kind == FileKind::audio || kind == FileKind::video;
}

const std::string* text_in(const Value& mess, std::string_view name) {
  const Value* const value = mess.find(name);
  return value == nullptr ? nullptr : value->as_string();
}

std::string checked_name(const Value& mess) {
  const std::string* const name = text_in(mess, "name");
  if (name == nullptr || name->empty() || name->size() > kLongestName || !protocol::is_utf8(*name))
    throw Rejected(Refusal::bad_field, "name must be text of at most 255 bytes");
  return *name;
}

Value value_of(const protocol::FileInfo& info, std::string name) {
  Value::Map mess{{"name", std::move(name)},
                  {"path", info.path},
                  {"size", info.size},
                  {"kind", info.kind},
                  {"type", info.type}};
  if (info.width) mess.emplace_back("width", *info.width);
  if (info.height) mess.emplace_back("height", *info.height);
  if (info.animated) mess.emplace_back("animated", *info.animated);
  if (info.preview) mess.emplace_back("preview", *info.preview);
  if (info.placeholder) mess.emplace_back("placeholder", *info.placeholder);
  return mess;
}

}  // namespace

std::string file_in(std::string_view path) {
  if (!path.starts_with(kFilesPrefix)) return {};
  path.remove_prefix(std::string_view(kFilesPrefix).size());
  path = path.substr(0, path.find('?'));
  return store::KeptFiles::is_id(path) ? std::string(path) : std::string();
}

std::string file_shown(const Value& mess) {
  const std::string* const path = text_in(mess, "path");
  return path == nullptr ? std::string() : file_in(*path);
}

std::string file_path(const std::string& id) { return kFilesPrefix + id; }

protocol::FileInfo info_of(const store::KeptFile& file) {
  protocol::FileInfo info;
  info.id = file.id;
  info.path = file_path(file.id);
  info.name = file.name;
  info.size = static_cast<std::int64_t>(file.size);
  info.hash = file.hash;
  info.kind = store::name_of(file.kind);
  info.type = file.mime;
  const store::PictureFacts& picture = file.picture;
  if (picture.width == 0) return info;
  info.width = picture.width;
  info.height = picture.height;
  if (picture.animated) info.animated = true;
  if (picture.has_preview) info.preview = info.path + "/preview";
  if (!picture.placeholder.empty()) info.placeholder = picture.placeholder;
  return info;
}

coro::Task<Value> described(Services& services, int type, Value mess) {
  std::string name = checked_name(mess);
  const auto file = co_await services.kept_files.find(file_shown(mess));
  if (!file) throw Rejected(Refusal::no_such_file);
  if (!may_show(type, file->kind))
    throw Rejected(Refusal::bad_field, "the file is of another kind than the message");
  co_return value_of(info_of(*file), std::move(name));
}

protocol::Chat for_legacy(const Services& services, const protocol::Chat& message) {
  const std::string id = file_shown(message.mess);
  if (id.empty()) return message;
  const auto lifetime =
      std::chrono::duration_cast<std::chrono::seconds>(services.settings.file_url_lifetime);
  protocol::Chat shown = message;
  Value::Map& mess = *shown.mess.as_map();
  std::erase_if(mess, [](const auto& entry) {
    return entry.first != "name" && entry.first != "path" && entry.first != "size";
  });
  for (auto& [name, value] : mess)
    if (name == "path") value = services.file_access.signed_path(file_path(id), id, lifetime);
  return shown;
}

coro::Task<void> open_picture(Services& services, std::string path, std::string user) {
  const std::string id = file_in(path);
  if (id.empty()) co_return;
  const auto seen = co_await services.kept_files.see(id, user);
  if (!seen || seen->file.kind != FileKind::image)
    throw Rejected(Refusal::avatar_refused, "no picture of this user");
  co_await services.kept_files.open(id, std::move(user));
}

coro::Task<void> hide_picture(Services& services, std::string path) {
  const std::string id = file_in(path);
  const auto age =
      std::chrono::duration_cast<std::chrono::seconds>(services.settings.unsent_file_age);
  if (!id.empty()) co_await services.kept_files.hide(id, age);
}

}  // namespace chat::features
