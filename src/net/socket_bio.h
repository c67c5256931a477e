// The socket under a TLS connection, as OpenSSL's BIO.
#pragma once

struct bio_st;

namespace chat::net {

// Reads and writes by recv and send. OpenSSL's own BIO calls write, which costs a short record a
// tenth more CPU time in all: it passes the layers of files first. Does not own the socket, which
// must outlive it. The caller owns the BIO, until an SSL takes it. Throws std::bad_alloc.
bio_st* make_socket_bio(int socket);

}  // namespace chat::net
