// How the field types are read from a Value. Each function fills `out` or throws
// Rejected(bad_field) that names the path.
#pragma once

#include <cstdint>
#include <string>

#include "protocol/field_path.h"
#include "protocol/field_types.h"
#include "protocol/value.h"

namespace chat::protocol {

void read_into(const Value& value, bool& out, const FieldPath& path);          // also 0 and 1
void read_into(const Value& value, std::int64_t& out, const FieldPath& path);  // also 2.0
void read_into(const Value& value, double& out, const FieldPath& path);        // also integers
void read_into(const Value& value, std::string& out, const FieldPath& path);
void read_into(const Value& value, LooseText& out, const FieldPath& path);
void read_into(const Value& value, Flag& out, const FieldPath& path);
void read_into(const Value& value, TextInt& out, const FieldPath& path);
void read_into(const Value& value, HistoryCursor& out, const FieldPath& path);
void read_into(const Value& value, Value& out, const FieldPath& path);

}  // namespace chat::protocol
