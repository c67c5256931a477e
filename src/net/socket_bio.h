// The socket under a TLS connection, as OpenSSL's BIO.
#pragma once

#include <cstdint>

struct bio_st;

namespace chat::net {

// The socket, and how many records came over it that brought no bytes to read: those of the
// handshake and, later, changes of keys and the like. One call of OpenSSL deals with as many of
// these as there are, so a peer that sends nothing else would never let it return.
struct RecordSource {
  int socket = -1;
  std::uint32_t idle_records = 0;
};

// In the whole life of a connection; honest peers send a few.
inline constexpr std::uint32_t kMostIdleRecords = 1000;

// Reads and writes by recv and send. OpenSSL's own BIO calls write, which costs a short record a
// tenth more CPU time in all: it passes the layers of files first. Reading fails once there were
// too many idle records. Does not own the source, which must outlive it. The caller owns the BIO,
// until an SSL takes it. Throws std::bad_alloc.
bio_st* make_socket_bio(RecordSource& source);

}  // namespace chat::net
