#include "load/flags.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace load {

void Flags::number(std::string_view name, double& value) {
  values_[name] = [this, &value](const std::string& text) { value = number_of(text); };
}

void Flags::count(std::string_view name, std::size_t& value) {
  values_[name] = [this, &value](const std::string& text) {
    value = static_cast<std::size_t>(number_of(text));
  };
}

void Flags::text(std::string_view name, std::string& value) {
  values_[name] = [&value](const std::string& text) { value = text; };
}

void Flags::wire(std::string_view name, Wire& value) {
  values_[name] = [this, &value](const std::string& text) { value = wire_of(text); };
}

void Flags::endpoint(std::string_view name, std::function<void(Endpoint)> take) {
  values_[name] = [this, take = std::move(take)](const std::string& text) {
    take(endpoint_of(text));
  };
}

void Flags::present(std::string_view name, bool& value) { switches_[name] = &value; }

void Flags::parse(std::span<char* const> words) const {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view name = words[i];
    if (const auto flag = switches_.find(name); flag != switches_.end()) {
      *flag->second = true;
      continue;
    }
    const auto flag = values_.find(name);
    if (flag == values_.end() || i + 1 == words.size())
      refuse("what is " + std::string(name) + "?");
    flag->second(words[++i]);
  }
}

void Flags::refuse(const std::string& problem) const {
  std::fprintf(stderr, "%s: %s\n%s", program_, problem.c_str(), usage_);
  std::exit(2);
}

double Flags::number_of(const std::string& text) const {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || value < 0) refuse("not a number: " + text);
  return value;
}

Endpoint Flags::endpoint_of(const std::string& text) const {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) refuse("not HOST:PORT: " + text);
  return {text.substr(0, colon), static_cast<std::uint16_t>(number_of(text.substr(colon + 1)))};
}

Wire Flags::wire_of(const std::string& text) const {
  if (text == "msgpack") return Wire::msgpack;
  if (text == "legacy") return Wire::legacy;
  if (text == "raw") return Wire::raw;
  if (text == "socketio") return Wire::socketio;
  refuse("no such wire: " + text);
}

}  // namespace load
