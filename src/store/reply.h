// What Redis answered: a value that outlives the client library's own reply.
//
// Errors never become a Reply: the connection throws them as Rejected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace chat::store {

struct Reply {
  enum class Kind { nil, integer, text, list };

  Kind kind = Kind::nil;
  std::int64_t integer = 0;
  std::string text;
  std::vector<Reply> items;

  bool is_nil() const { return kind == Kind::nil; }

  // The integer, or the one that the text spells; 0 for everything else.
  std::int64_t number() const;

  // The decimal fraction that the text spells; an integer's value; 0 for everything else.
  double real() const;

  // The item at `index`, or a nil reply when the list is shorter.
  const Reply& at(std::size_t index) const;

  // The texts of a list's items.
  std::vector<std::string> texts() const;
};

}  // namespace chat::store
