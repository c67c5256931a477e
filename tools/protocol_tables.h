// The generated sections of docs/protocol.md, in Markdown.
#pragma once

#include <string>

namespace protocol_tables {

std::string types();     // every number
std::string requests();  // client to server, a table of fields each
std::string events();    // server to client, the same
std::string records();   // the maps inside both
std::string refusals();  // the stable codes

}  // namespace protocol_tables
