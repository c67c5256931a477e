// Where in a message a field is, for the text of a refusal. Lives on the stack of the reader.
#pragma once

#include <string>
#include <string_view>

#include "base/rejected.h"

namespace chat::protocol {

struct FieldPath {
  std::string_view name;
  const FieldPath* parent = nullptr;

  // "mess.name"
  std::string text() const {
    const bool nested = parent != nullptr && !parent->name.empty();
    return (nested ? parent->text() + "." : std::string()) + std::string(name);
  }

  // Throws Rejected(bad_field, "field mess.name must be …").
  [[noreturn]] void refuse(std::string_view expected) const {
    throw Rejected(Refusal::bad_field, "field " + text() + " must be " + std::string(expected));
  }
};

}  // namespace chat::protocol
