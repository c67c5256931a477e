// Builds a Value from the events of a parser, within limits that hold whatever the bytes announce.
//
// One per message. Every call says whether parsing may go on; after a false, error() says why.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/limits.h"
#include "protocol/value.h"

namespace chat::protocol {

class ValueBuilder {
 public:
  explicit ValueBuilder(const DecodeLimits& limits) : limits_(limits) {}

  bool add(Value value);
  bool open_array() { return open(Value(Value::Array{})); }
  bool open_map() { return open(Value(Value::Map{})); }
  bool key(std::string key);  // before each value of a map
  bool close();               // the innermost open array or map; a map's keys must differ

  bool fail(std::string_view why);
  std::string_view error() const { return error_; }

  // The finished value; once, after the parser is done.
  Value take() { return std::move(root_); }

 private:
  bool count_node();
  bool open(Value container);
  void place(Value value);

  const DecodeLimits limits_;
  std::size_t nodes_ = 0;
  std::vector<Value> open_;  // arrays and maps not closed yet, outermost first
  Value root_;
  std::string_view error_;
};

}  // namespace chat::protocol
