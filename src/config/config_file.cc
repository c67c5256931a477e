#include "config/config_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

#include "config/config_error.h"

namespace chat::config {
namespace {

constexpr std::size_t kLargestFile = 1024 * 1024;

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// Cuts the next line off `text`.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return trim(line);
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char letter) {
    return std::isalnum(letter) != 0 || letter == '_' || letter == '-';
  });
}

bool is_number(std::string_view word) {
  if (word.starts_with('-')) word.remove_prefix(1);
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char letter) {
    return (letter >= '0' && letter <= '9') || letter == '_';
  });
}

// `word` is a value without quotes that needs them. It may hold a password: only what cannot is
// repeated.
std::string complaint_about_bare(std::string_view key, std::string_view word) {
  if (word.empty()) return fmt::format("{} has no value", key);
  if (word.starts_with('[')) return fmt::format("{0} is one text: {0} = \"one, two\"", key);
  return fmt::format("{0} must be a number, true, false or text in double quotes: {0} = \"{1}\"",
                     key, is_name(word) ? word : "...");
}

bool looks_like_local_ini(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (line.starts_with("[ssl]") || line.starts_with("[security]")) return true;
    if (trim(line.substr(0, line.find('='))) == "bandwidth") return true;
  }
  return false;
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view path) : text_(text), path_(path) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    file_.local_ini = looks_like_local_ini(text_);
  }

  ConfigFile parse() {
    while (!text_.empty()) {
      ++line_;
      const std::string_view line = next_line(text_);
      if (line.empty() || is_comment(line.front())) continue;
      if (line.front() == '[') {
        parse_section(line);
      } else {
        parse_assignment(line);
      }
    }
    return std::move(file_);
  }

 private:
  [[noreturn]] void fail(std::string_view complaint) const {
    throw ConfigError(fmt::format("{}:{}: {}", path_, line_, complaint));
  }

  bool is_comment(char letter) const { return letter == '#' || (file_.local_ini && letter == ';'); }

  void parse_section(std::string_view line) {
    const std::size_t bracket = line.find(']');
    if (bracket == std::string_view::npos) fail("the section has no closing ]");
    const std::string_view name = trim(line.substr(1, bracket - 1));
    if (!is_name(name)) fail("a section must be a name such as [server]");
    expect_end(line.substr(bracket + 1), "the section");
    section_ = name;
  }

  void parse_assignment(std::string_view line) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) fail("expected `key = value`");
    const std::string key(trim(line.substr(0, equals)));
    if (!is_name(key)) fail(fmt::format("\"{}\" cannot be a key", key));
    std::string value = parse_value(key, trim(line.substr(equals + 1)));
    for (const ConfigFile::Entry& earlier : file_.entries) {
      if (earlier.key == key && earlier.section == section_)
        fail(fmt::format("{} is given twice, first in line {}", key, earlier.line));
    }
    file_.entries.push_back({section_, key, std::move(value), line_});
  }

  std::string parse_value(std::string_view key, std::string_view text) {
    if (text.starts_with('"')) return parse_quoted(key, text);
    if (text.starts_with('\'')) return parse_literal(key, text);
    const std::string_view word = trim(text.substr(0, text.find_first_of("#;")));
    if (file_.local_ini) return std::string(word);
    if (word == "true" || word == "false") return std::string(word);
    if (!is_number(word)) fail(complaint_about_bare(key, word));
    std::string digits(word);
    digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
    return digits;
  }

  std::string parse_quoted(std::string_view key, std::string_view text) {
    std::string value;
    for (std::size_t at = 1; at < text.size(); ++at) {
      if (text[at] == '"') {
        expect_end(text.substr(at + 1), key);
        return value;
      }
      if (text[at] != '\\') {
        value += text[at];
        continue;
      }
      const std::optional<char> letter = unescape(text.substr(at + 1));
      if (!letter) fail(fmt::format("{} holds an escape other than \\\\ \\\" \\n \\t", key));
      value += *letter;
      ++at;
    }
    fail(fmt::format("{} has no closing quote", key));
  }

  static std::optional<char> unescape(std::string_view rest) {
    constexpr std::string_view kLetters = "\\\"nt";
    constexpr std::string_view kMeanings = "\\\"\n\t";
    const std::size_t index = rest.empty() ? std::string_view::npos : kLetters.find(rest.front());
    if (index == std::string_view::npos) return std::nullopt;
    return kMeanings[index];
  }

  std::string parse_literal(std::string_view key, std::string_view text) {
    const std::size_t end = text.find('\'', 1);
    if (end == std::string_view::npos) fail(fmt::format("{} has no closing quote", key));
    expect_end(text.substr(end + 1), key);
    return std::string(text.substr(1, end - 1));
  }

  void expect_end(std::string_view rest, std::string_view what) {
    rest = trim(rest);
    if (!rest.empty() && !is_comment(rest.front()))
      fail(fmt::format("{} is followed by \"{}\"; only a comment may follow", what, rest));
  }

  std::string_view text_;
  std::string_view path_;
  std::size_t line_ = 0;
  std::string section_;
  ConfigFile file_;
};

}  // namespace

ConfigFile parse_config(std::string_view text, std::string_view path) {
  return Parser(text, path).parse();
}

ConfigFile read_config_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string text(kLargestFile + 1, '\0');
  if (stream) stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad() || (stream.fail() && !stream.eof()))
    throw ConfigError(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kLargestFile) throw ConfigError(path + ": is over 1 MiB, no config file");
  return parse_config(text, path);
}

}  // namespace chat::config
