#include "protocol/value_builder.h"

#include <algorithm>
#include <utility>

namespace chat::protocol {
namespace {

constexpr std::size_t kFew = 16;

// Sorting keeps the cost of a hostile map with thousands of keys at n log n.
bool has_equal_keys_among_many(const Value::Map& map) {
  std::vector<std::string_view> keys;
  keys.reserve(map.size());
  for (const auto& [key, value] : map) keys.push_back(key);
  std::ranges::sort(keys);
  return std::ranges::adjacent_find(keys) != keys.end();
}

bool has_equal_keys(const Value::Map& map) {
  if (map.size() > kFew) return has_equal_keys_among_many(map);
  for (auto key = map.begin(); key != map.end(); ++key) {
    if (std::ranges::find(map.begin(), key, key->first, &Value::Map::value_type::first) != key) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool ValueBuilder::fail(std::string_view why) {
  error_ = why;
  return false;
}

bool ValueBuilder::count_node() { return ++nodes_ <= limits_.max_nodes || fail("too many values"); }

void ValueBuilder::place(Value value) {
  if (open_.empty()) {
    root_ = std::move(value);
  } else if (auto* array = open_.back().as_array()) {
    array->push_back(std::move(value));
  } else {
    open_.back().as_map()->back().second = std::move(value);
  }
}

bool ValueBuilder::add(Value value) {
  if (!count_node()) return false;
  place(std::move(value));
  return true;
}

bool ValueBuilder::open(Value container) {
  if (open_.size() >= limits_.max_depth) return fail("nested too deeply");
  if (!count_node()) return false;
  open_.push_back(std::move(container));
  return true;
}

bool ValueBuilder::key(std::string key) {
  open_.back().as_map()->emplace_back(std::move(key), Value());
  return true;
}

bool ValueBuilder::close() {
  Value closed = std::move(open_.back());
  open_.pop_back();
  if (const auto* map = closed.as_map(); map != nullptr && has_equal_keys(*map)) {
    return fail("a key occurs twice");
  }
  place(std::move(closed));
  return true;
}

}  // namespace chat::protocol
