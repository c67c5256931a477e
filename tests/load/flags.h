// The command lines of the programs here: `--name VALUE`, and `--name` alone.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "load/options.h"

namespace load {

// What reads a program's words. Each function is given the word behind its flag.
class Flags {
 public:
  // `program` and `usage` are shown by refuse().
  Flags(const char* program, const char* usage) : program_(program), usage_(usage) {}

  void number(std::string_view name, double& value);
  void count(std::string_view name, std::size_t& value);
  void text(std::string_view name, std::string& value);
  void wire(std::string_view name, Wire& value);
  void endpoint(std::string_view name, std::function<void(Endpoint)> take);
  void present(std::string_view name, bool& value);

  // Refuses words that make no sense.
  void parse(std::span<char* const> words) const;

  // Prints a line and the usage, and exits with 2.
  [[noreturn]] void refuse(const std::string& problem) const;

 private:
  double number_of(const std::string& text) const;
  Endpoint endpoint_of(const std::string& text) const;
  Wire wire_of(const std::string& text) const;

  const char* program_;
  const char* usage_;
  std::map<std::string_view, std::function<void(const std::string&)>> values_;
  std::map<std::string_view, bool*> switches_;
};

}  // namespace load
