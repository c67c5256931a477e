#include "picture/report.h"

#include <sstream>

namespace chat::picture {

std::string text_of(const Report& report) {
  std::ostringstream text;
  text << report.width << ' ' << report.height << ' ' << report.animated << ' '
       << report.has_preview << ' ' << report.placeholder;
  return text.str();
}

std::optional<Report> report_in(std::string_view text) {
  std::istringstream words{std::string(text)};
  Report report;
  words >> report.width >> report.height >> report.animated >> report.has_preview;
  if (!words || report.width < 0 || report.height < 0) return std::nullopt;
  words >> report.placeholder;
  return report;
}

}  // namespace chat::picture
