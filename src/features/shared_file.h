// Files as clients name them and are told of them.
#pragma once

#include <string>
#include <string_view>

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "store/kept_files.h"

namespace chat::features {

inline constexpr char kFilesPrefix[] = "/files/";

std::string file_path(const std::string& id);

// The id in a path, what opens it for legacy clients left out; empty when it is no such path.
std::string file_in(std::string_view path);

// The id of the file that the content of a message shows; empty when it shows none.
std::string file_shown(const protocol::Value& mess);

protocol::FileInfo info_of(const store::KeptFile& file);

// The content of a message of that type that shows a file, as everybody gets it: `name` from the
// sender, all else as the file is. Refuses: no_such_file, bad_field (a file of another kind).
coro::Task<protocol::Value> described(Services& services, int type, protocol::Value mess);

// A message that shows a file as legacy clients get it: `{name, path, size}`, and the path opens
// the file. Other messages stay as they are.
protocol::Chat for_legacy(const Services& services, const protocol::Chat& message);

// A picture of a user or group, the path of one of ours, is seen by everybody from now on. Refuses:
// avatar_refused (no picture, or not for this user).
coro::Task<void> open_picture(Services& services, std::string path, std::string user);

// The same is no such picture any more.
coro::Task<void> hide_picture(Services& services, std::string path);

}  // namespace chat::features
