// The TypeScript types of all messages, as the msgpack wire carries them.
#pragma once

#include <string>

namespace protocol_typescript {

// The whole of html/src/protocol/messages.gen.ts.
std::string module();

}  // namespace protocol_typescript
