// Writes the pages that follow from src/config/options.def: conf/chatd.toml, and the tables between
// the two markers in docs/operating.md. With --check writes nothing and fails when one is stale.
//
//   generate-options [--check] ROOT
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include "config/pages.h"

namespace {

constexpr std::string_view kBegin = "<!-- options: generated from src/config/options.def -->\n";
constexpr std::string_view kEnd = "<!-- /options -->\n";

std::string read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string with_table(const std::string& page, const std::string& path) {
  const std::size_t begin = page.find(kBegin);
  const std::size_t end = page.find(kEnd);
  if (begin == std::string::npos || end == std::string::npos)
    throw std::runtime_error(path + ": the markers of the options table are missing");
  return page.substr(0, begin + kBegin.size()) + '\n' + chat::config::options_table() +
         page.substr(end);
}

// Whether the file is as it should be, after writing it unless `check`.
bool settle(const std::string& path, const std::string& wanted, bool check) {
  if (read(path) == wanted) return true;
  if (check) {
    std::cerr << path << " is stale: run `make options`\n";
    return false;
  }
  std::ofstream stream(path, std::ios::binary);
  stream << wanted;
  if (!stream.flush()) throw std::runtime_error(path + ": cannot be written");
  return true;
}

}  // namespace

int main(int argc, char** argv) try {
  const bool check = argc == 3 && std::string_view(argv[1]) == "--check";
  if (argc != 2 && !check) {
    std::cerr << "usage: generate-options [--check] ROOT\n";
    return 2;
  }
  const std::string root = argv[argc - 1];
  const std::string sample = root + "/conf/chatd.toml";
  const std::string page = root + "/docs/operating.md";
  const bool sample_fresh = settle(sample, chat::config::sample_config(), check);
  const bool page_fresh = settle(page, with_table(read(page), page), check);
  return sample_fresh && page_fresh ? 0 : 1;
} catch (const std::exception& failure) {
  std::cerr << "generate-options: " << failure.what() << '\n';
  return 1;
}
