// What the acknowledgement of a message waits for.
#pragma once

namespace chat::config {

enum class Durability {
  redis,    // Redis has it
  disk,     // Redis has flushed it to disk
  replica,  // a replica of Redis has it too
};

}  // namespace chat::config
