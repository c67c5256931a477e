#include "config/wording.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace chat::config {
namespace {

constexpr std::size_t kLongestShown = 100;  // bytes

// Letters to put in, take out or change to make one of the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

}  // namespace

std::string shown(std::string_view text) {
  std::string result(text.substr(0, kLongestShown));
  for (char& c : result) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code == 0x7f) c = '?';
  }
  return text.size() > kLongestShown ? result + "..." : result;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > kLongestShown) return {};
  std::size_t least = std::max<std::size_t>(2, word.size() / 4) + 1;
  const std::string* best = nullptr;
  for (const std::string& candidate : candidates) {
    const std::size_t d = distance(word, candidate);
    if (d >= least) continue;
    least = d;
    best = &candidate;
  }
  return best == nullptr ? std::string() : "; did you mean " + *best + '?';
}

}  // namespace chat::config
