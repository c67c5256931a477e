// What the process that cleans pictures says of one, as text: the two ends are the same program.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chat::picture {

struct Report {
  int width = 0;  // 0: nobody shows it
  int height = 0;
  bool animated = false;
  bool has_preview = false;
  std::string placeholder;  // base64
};

// What a helper is given to work with: the picture, what becomes of it, its preview.
inline constexpr std::size_t kJobFiles = 3;

// The longest report, in bytes.
inline constexpr std::size_t kMostReport = 4096;

std::string text_of(const Report& report);

// Nothing for a text that is no report, the empty one included: no picture could be read.
std::optional<Report> report_in(std::string_view text);

}  // namespace chat::picture
