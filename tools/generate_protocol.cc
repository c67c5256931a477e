// Writes what follows from src/protocol/messages.def: the tables in docs/protocol.md and the types
// in html/src/protocol/messages.gen.ts. With --check writes nothing and fails when one is stale.
//
//   generate-protocol [--check] ROOT
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

#include "generated_file.h"
#include "protocol_tables.h"
#include "protocol_typescript.h"

namespace {

std::string with_tables(std::string page) {
  page = generated::with_section(page, "types", protocol_tables::types());
  page = generated::with_section(page, "requests", protocol_tables::requests());
  page = generated::with_section(page, "events", protocol_tables::events());
  page = generated::with_section(page, "records", protocol_tables::records());
  return generated::with_section(page, "refusals", protocol_tables::refusals());
}

}  // namespace

int main(int argc, char** argv) try {
  const bool check = argc == 3 && std::string_view(argv[1]) == "--check";
  if (argc != 2 && !check) {
    std::cerr << "usage: generate-protocol [--check] ROOT\n";
    return 2;
  }
  const std::string root = argv[argc - 1];
  const std::string page = root + "/docs/protocol.md";
  const std::string types = root + "/html/src/protocol/messages.gen.ts";
  const std::string command = "make protocol";
  const bool page_fresh =
      generated::settle(page, with_tables(generated::read(page)), check, command);
  const bool types_fresh = generated::settle(types, protocol_typescript::module(), check, command);
  return page_fresh && types_fresh ? 0 : 1;
} catch (const std::exception& failure) {
  std::cerr << "generate-protocol: " << failure.what() << '\n';
  return 2;
}
