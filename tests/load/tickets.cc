#include "load/tickets.h"

namespace load {

Tickets::Tickets(SSL_CTX* context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_set_app_data(context, this);
  SSL_CTX_sess_set_new_cb(context, [](SSL* ssl, SSL_SESSION* session) {
    static_cast<Tickets*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->newest_.reset(session);
    return 1;  // it is ours now
  });
}

Tickets::Session Tickets::newest() const {
  return {newest_ ? SSL_SESSION_dup(newest_.get()) : nullptr, &SSL_SESSION_free};
}

}  // namespace load
