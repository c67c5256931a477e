#include "store/reply.h"

#include <charconv>

namespace chat::store {
namespace {

template <class Number>
Number parse(const std::string& text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::int64_t Reply::number() const {
  return kind == Kind::text ? parse<std::int64_t>(text) : integer;
}

double Reply::real() const {
  return kind == Kind::text ? parse<double>(text) : static_cast<double>(integer);
}

const Reply& Reply::at(std::size_t index) const {
  static const Reply kNil;
  return index < items.size() ? items[index] : kNil;
}

std::vector<std::string> Reply::texts() const {
  std::vector<std::string> texts;
  texts.reserve(items.size());
  for (const Reply& item : items) texts.push_back(item.text);
  return texts;
}

}  // namespace chat::store
