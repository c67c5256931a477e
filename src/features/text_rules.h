// What texts by strangers may look like before others see them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chat::features {

// Whether `utf8` is fit to be somebody's or something's name: one to `most` characters, none of
// them a control character, invisible, or turning the direction of writing, and no space at either
// end, nor a combining mark that has no character before it.
bool is_presentable_name(std::string_view utf8, std::size_t most);

// Whether `utf8` has at most that many characters.
bool is_at_most(std::string_view utf8, std::size_t characters);

// `utf8` as the name of a file to be saved: without what deceives the eye, slashes, and dots at the
// beginning; "file" when nothing is left.
std::string presentable_file_name(std::string_view utf8);

// Whether `path` has the form of a kept file's path below `folder`, such as "/upload/image/".
// Whether there is such a file is not looked at: data of the PHP original may name files elsewhere.
bool is_upload_path(std::string_view path, std::string_view folder);

// Whether `text` has the form of a user's or a group's id. Whether there is one is not looked at.
bool is_id(std::string_view text);

}  // namespace chat::features
