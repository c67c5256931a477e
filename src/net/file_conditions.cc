#include "net/file_conditions.h"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "net/http_response.h"

namespace chat::net {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Weak comparison, as If-None-Match asks for (RFC 9110 section 13.1.2).
bool list_holds_tag(std::string_view list, std::string_view etag) {
  if (trimmed(list) == "*") return true;
  for (std::size_t open = list.find('"'); open != std::string_view::npos;) {
    const std::size_t close = list.find('"', open + 1);
    if (close == std::string_view::npos) return false;
    if (list.substr(open, close - open + 1) == etag) return true;
    open = list.find('"', close + 1);
  }
  return false;
}

bool not_modified(const FileFacts& facts, const FileConditions& conditions) {
  if (conditions.has_if_none_match) return list_holds_tag(conditions.if_none_match, facts.etag);
  const std::time_t since = parse_http_date(conditions.if_modified_since);
  return since >= 0 && facts.modified <= since;
}

bool range_applies(const FileFacts& facts, const FileConditions& conditions) {
  if (conditions.range.empty()) return false;
  const std::string& validator = conditions.if_range;
  if (validator.empty()) return true;
  if (validator.front() == '"') return validator == facts.etag;
  return parse_http_date(validator) == facts.modified;
}

std::optional<std::uint64_t> parse_number(std::string_view digits) {
  std::uint64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (digits.empty() || stop != end || error == std::errc::invalid_argument) return std::nullopt;
  return error == std::errc::result_out_of_range ? UINT64_MAX : number;
}

// Nothing when the header is none to be honoured; status 416 when it lies outside the file.
std::optional<FilePart> parse_range(std::string_view range, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (range.size() < kUnit.size() || strncasecmp(range.data(), kUnit.data(), kUnit.size()) != 0) {
    return std::nullopt;
  }
  range = trimmed(range.substr(kUnit.size()));
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view first_text = range.substr(0, dash);
  const std::string_view last_text = range.substr(dash + 1);
  const auto first = parse_number(first_text);
  const auto last = parse_number(last_text);
  if ((!first && !first_text.empty()) || (!last && !last_text.empty())) return std::nullopt;
  constexpr FilePart kOutside{416, 0, 0};
  if (!first) {
    if (!last) return std::nullopt;
    const std::uint64_t length = std::min(*last, size);
    if (length == 0) return kOutside;
    return FilePart{206, size - length, length};
  }
  if (last && *last < *first) return std::nullopt;
  if (*first >= size) return kOutside;
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return FilePart{206, *first, end - *first + 1};
}

bool is_refused(std::string_view parameters) {
  const std::size_t q = parameters.find_first_of("qQ");
  if (q == std::string_view::npos) return false;
  const std::string_view weight = trimmed(parameters.substr(q + 1));
  return weight.starts_with("=0") && weight.find_first_of("123456789") == std::string_view::npos;
}

}  // namespace

FileConditions FileConditions::of(const HttpRequest& request) {
  const auto value = [&request](std::string_view name) {
    return std::string(request.header(name).value_or(std::string_view()));
  };
  FileConditions conditions;
  conditions.has_if_none_match = request.count("if-none-match") > 0;
  conditions.if_none_match = value("if-none-match");
  conditions.if_modified_since = value("if-modified-since");
  conditions.range = value("range");
  conditions.if_range = value("if-range");
  conditions.accept_encoding = value("accept-encoding");
  return conditions;
}

FilePart choose_part(const FileFacts& facts, const FileConditions& conditions) {
  if (not_modified(facts, conditions)) return {304, 0, 0};
  if (range_applies(facts, conditions)) {
    if (const auto part = parse_range(conditions.range, facts.size)) return *part;
  }
  return {200, 0, facts.size};
}

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
  bool by_star = false;
  while (!accept_encoding.empty()) {
    const std::size_t comma = std::min(accept_encoding.find(','), accept_encoding.size());
    const std::string_view item = accept_encoding.substr(0, comma);
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    const std::string_view name = trimmed(item.substr(0, semicolon));
    const bool accepted = !is_refused(item.substr(semicolon));
    if (name.size() == coding.size() &&
        strncasecmp(name.data(), coding.data(), coding.size()) == 0) {
      return accepted;
    }
    if (name == "*") by_star = accepted;
    accept_encoding.remove_prefix(std::min(comma + 1, accept_encoding.size()));
  }
  return by_star;
}

}  // namespace chat::net
