// The keys that seal TLS session tickets, in memory shared by all workers, so that a session begun
// with one worker is resumed with any (RFC 5077, RFC 8446 section 2.2).
//
// The master makes it before fork and alone rotates it. A ticket of the key before the current one
// is still accepted, and renewed.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

struct ssl_ctx_st;

namespace chat::net {

class TicketKeys {
 public:
  struct Key {
    std::array<unsigned char, 16> name;
    std::array<unsigned char, 32> aes;
    std::array<unsigned char, 32> hmac;
  };

  // Draws the first key; throws std::system_error when there is no memory.
  TicketKeys();
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  // The current key and the one before as hexadecimal digits, for a server that takes this one's
  // place; adopt() goes on with them and says whether the text was such keys.
  std::string to_text() const;
  bool adopt(std::string_view text);

  // Draws a new key, once per ticket lifetime.
  void rotate();

  const Key& current() const;

  // The current key or the one before, if it has that name (16 bytes); else nullptr.
  const Key* find(const unsigned char* name) const;

  // Makes `context` seal and open its tickets with these keys, which must outlive it.
  void install(ssl_ctx_st* context);

 private:
  // A slot is written again three rotations after it was current: no reader still looks at it.
  static constexpr std::size_t kSlots = 4;

  struct Shared {
    std::atomic<std::uint64_t> generation;
    Key slots[kSlots];
  };

  void push(const unsigned char* bytes);

  Shared* shared_;
};

}  // namespace chat::net
