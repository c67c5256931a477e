#include "process/front.h"

#include <chrono>
#include <utility>

#include "base/log.h"
#include "process/policy.h"

namespace chat::process {
namespace {

net::HttpOptions http_options(const config::Settings& settings) {
  net::HttpOptions options;
  options.limits.max_head = settings.max_header_size;
  options.limits.max_headers = settings.max_header_count;
  options.head_timeout = settings.handshake_timeout;
  options.keep_alive_timeout = settings.keep_alive_timeout;
  options.security.strict_transport_security = settings.tls();
  return options;
}

net::AcceptLimits accept_limits(const config::Settings& settings) {
  net::AcceptLimits limits;
  limits.per_worker = static_cast<std::uint32_t>(settings.max_connections);
  limits.handshakes = settings.max_handshakes;
  limits.per_address =
      settings.rate_limits ? static_cast<std::uint32_t>(settings.max_connections_per_address) : 0;
  return limits;
}

net::TlsFiles tls_files(const config::Settings& settings) {
  return {settings.tls_cert, settings.tls_key};
}

// A plain request where only a WebSocket is to be had (RFC 9110 section 15.5.22).
void ask_to_upgrade(const net::HttpExchangePtr& exchange) {
  net::HttpResponse response(426);
  response.add("Upgrade", "websocket");
  exchange->respond_error(std::move(response), "this address speaks WebSocket only");
}

}  // namespace

Front::Front(net::EventLoop& loop, net::ThreadPool& disk, WorkerContext& context,
             session::Upgrade::OnConnection on_websocket)
    : loop_(loop),
      disk_(disk),
      context_(context),
      upgrade_(policy_of(context.settings), std::move(on_websocket)),
      http_(loop, http_options(context.settings)) {
  const config::Settings& settings = context.settings;
  if (settings.tls()) {
    const auto lifetime =
        std::chrono::duration_cast<std::chrono::seconds>(settings.tls_ticket_lifetime);
    tls_.emplace(tls_files(settings), context.ticket_keys, lifetime);
  }
  net::HttpRoute websocket_only;
  websocket_only.path = "/ws";
  websocket_only.methods = {"GET"};
  websocket_only.handle = ask_to_upgrade;
  http_.add_route(std::move(websocket_only));
  if (!settings.html.empty()) add_files("/", settings.html, false);
  if (!settings.echo) add_files("/upload/", settings.upload, true);
  http_.set_upgrade([this](const net::HttpExchangePtr& exchange) { upgrade_.handle(exchange); });
}

void Front::add_files(const char* prefix, const std::string& folder, bool uploads) {
  net::StaticFilesOptions options;
  options.folder = folder;
  options.prefix = prefix;
  options.index = uploads ? "" : "index.html";
  options.uploads = uploads;
  files_.push_back(std::make_unique<net::StaticFiles>(loop_, disk_, std::move(options)));
  net::StaticFiles& files = *files_.back();
  net::HttpRoute route;
  route.path = prefix;
  route.methods = {"GET"};
  route.handle = [&files](const net::HttpExchangePtr& exchange) { files.serve(exchange); };
  http_.add_route(std::move(route));
}

void Front::add_route(net::HttpRoute route) { http_.add_route(std::move(route)); }

void Front::open() {
  net::Acceptor::Options options;
  options.listener = context_.listener->fd();
  options.worker = context_.slot;
  options.limits = accept_limits(context_.settings);
  options.plain_http = !tls_.has_value();
  options.common_headers = http_options(context_.settings).security.lines();
  const auto accept = [this](UniqueFd socket, net::CountedPeer peer) {
    http_.accept(std::move(socket), std::move(peer), tls_ ? &*tls_ : nullptr);
  };
  const auto turn_away = [this](UniqueFd& socket, net::CountedPeer& peer) {
    return http_.accept_surplus(socket, peer, tls_ ? &*tls_ : nullptr);
  };
  acceptor_.emplace(loop_, context_.counters, std::move(options), accept, turn_away);
}

void Front::close(bool answer_first) {
  acceptor_.reset();
  context_.listener.reset();
  http_.drain(answer_first);
}

void Front::reload() {
  const config::Settings& settings = context_.settings;
  if (tls_) {
    const auto problem = tls_->reload(tls_files(settings));
    if (problem) log::error("the certificate is not reloaded: {}", *problem);
  }
  upgrade_.set_policy(policy_of(settings));
  if (acceptor_) acceptor_->set_limits(accept_limits(settings));
}

}  // namespace chat::process
