// Files that a generator owns, in whole or between two markers.
#pragma once

#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace generated {

inline std::string read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// `page` with `content` between the lines `<!-- NAME: generated … -->` and `<!-- /NAME -->`.
// Throws std::runtime_error when it has no such lines.
inline std::string with_section(const std::string& page, const std::string& name,
                                const std::string& content) {
  const std::size_t opening = page.find("<!-- " + name + ": generated");
  const std::size_t begin = page.find('\n', opening);
  const std::size_t end = page.find("<!-- /" + name + " -->", opening);
  if (opening == std::string::npos || end == std::string::npos) {
    throw std::runtime_error("the page has no markers for the section " + name);
  }
  return page.substr(0, begin + 1) + "\n" + content + "\n" + page.substr(end);
}

// Makes the file what is wanted; with `check` only says whether it is, and what to do if not.
inline bool settle(const std::string& path, const std::string& wanted, bool check,
                   const std::string& command) {
  if (read(path) == wanted) return true;
  if (check) {
    std::cerr << path << " is stale: run `" << command << "`\n";
    return false;
  }
  std::ofstream stream(path, std::ios::binary);
  stream << wanted;
  if (!stream.flush()) throw std::runtime_error(path + ": cannot be written");
  return true;
}

}  // namespace generated
