#include "features/file_resource.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/rejected.h"
#include "coro/spawn.h"
#include "features/file_access.h"
#include "features/http_answer.h"
#include "features/http_caller.h"
#include "features/login.h"
#include "features/shared_file.h"
#include "features/text_rules.h"
#include "net/content_disposition.h"
#include "store/disk.h"

namespace chat::features {

using net::HttpExchangePtr;
using net::HttpResponse;
using store::KeptFile;

namespace {

constexpr std::string_view kInfo = "info";
constexpr std::string_view kPreview = "preview";

net::StaticFilesOptions contents_options(const config::Settings& settings) {
  net::StaticFilesOptions options;
  options.folder = store::KeptFiles::folder(settings.upload);
  store::make_folder(options.folder);
  return options;
}

// Clients that cannot send what they would use POST for it.
std::string method_of(const net::HttpRequest& request) {
  const std::string_view other = request.header("x-http-method-override").value_or("");
  return std::string(request.method() == "POST" && !other.empty() ? other : request.method());
}

// What is saved from the place where it is shown must not turn into something else by its name.
std::string name_for(const KeptFile& file) {
  std::string name = presentable_file_name(file.name);
  if (!store::fits_name(file.mime, name)) name += store::extension_of(file.mime);
  return name;
}

net::ServedFile served(std::string name, std::string_view type) {
  net::ServedFile served;
  served.etag = '"' + name.substr(name.rfind('/') + 1) + '"';
  served.name = std::move(name);
  served.fields = {{"Content-Type", std::string(type)},
                   {"Cache-Control", "private, no-cache"},
                   {"Content-Security-Policy", "default-src 'none'; sandbox"},
                   {"Cross-Origin-Resource-Policy", "same-origin"}};
  return served;
}

}  // namespace

FileResource::FileResource(Services& services, net::ThreadPool& disk, websocket::Policy policy)
    : services_(services),
      policy_(std::move(policy)),
      tus_(services, disk),
      contents_(services.loop, disk, contents_options(services.settings)) {}

net::HttpRoute FileResource::route() {
  net::HttpRoute route;
  route.path = kFilesPrefix;
  route.methods = {"GET", "POST", "PATCH", "DELETE", "OPTIONS"};
  route.max_body = INT64_MAX;  // the length of the upload bounds it
  route.handle = [this](const HttpExchangePtr& exchange) { handle(exchange); };
  return route;
}

void FileResource::handle(const HttpExchangePtr& exchange) {
  const net::HttpRequest& request = exchange->request();
  std::string method = method_of(request);
  std::string id = request.path().substr(std::string_view(kFilesPrefix).size());
  const bool tus = method != "GET" && (method != "HEAD" || request.count("tus-resumable") > 0);
  if (method != "OPTIONS" && !may_ask(*exchange, policy_))
    return refuse_http(exchange, Rejected(Refusal::not_allowed, "Host or Origin not allowed"));
  if (tus) return tus_.handle(exchange, std::move(method), std::move(id));
  const std::size_t slash = std::min(id.find('/'), id.size());
  std::string part = id.substr(std::min(slash + 1, id.size()));
  id.resize(slash);
  coro::spawn(serve(exchange, std::move(id), std::move(part)));
}

coro::Task<void> FileResource::serve(HttpExchangePtr exchange, std::string id, std::string part) {
  try {
    const KeptFile file = co_await file_for(exchange, id);
    if (part == kInfo)
      respond_json(exchange, HttpResponse(200), json_of(info_of(file)));
    else if (part == kPreview && file.picture.has_preview)
      send_preview(exchange, file);
    else if (part.empty())
      send(exchange, file);
    else
      throw Rejected(Refusal::no_such_file, part);
  } catch (const Rejected& rejected) {
    refuse_http(exchange, rejected);
  }
}

coro::Task<KeptFile> FileResource::file_for(HttpExchangePtr exchange, std::string id) {
  if (services_.file_access.opens(exchange->request().query(), id)) {
    const auto file = co_await services_.kept_files.find_shown(id);
    if (!file) throw Rejected(Refusal::no_such_file, id);
    co_return *file;
  }
  const std::string session = session_in(*exchange);
  std::string user;
  if (!session.empty()) {
    const Admission admission =
        co_await admit_by_session(services_, session, visitor_of(*exchange));
    user = admission.user.id;
  }
  const auto seen = co_await services_.file_access.see(id, user);
  if (!seen && session.empty()) throw Rejected(Refusal::login_required, id);
  if (!seen) throw Rejected(Refusal::no_such_file, id);
  co_return seen->file;
}

void FileResource::send(const HttpExchangePtr& exchange, const KeptFile& file) const {
  const bool in_place = file.kind != store::FileKind::file;
  net::ServedFile content = served(store::KeptFiles::content_path(file), file.mime);
  content.fields.emplace_back("Content-Disposition",
                              net::content_disposition(in_place, name_for(file)));
  contents_.serve_file(exchange, std::move(content));
}

void FileResource::send_preview(const HttpExchangePtr& exchange, const KeptFile& file) const {
  contents_.serve_file(exchange, served(store::KeptFiles::preview_path(file), "image/webp"));
}

}  // namespace chat::features
