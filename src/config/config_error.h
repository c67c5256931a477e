// A wrong option: one line for the operator that names the place and says what to do.
#pragma once

#include <stdexcept>

namespace chat::config {

class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace chat::config
