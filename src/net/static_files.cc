#include "net/static_files.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "net/file_lookup.h"
#include "net/file_stream.h"
#include "net/file_type.h"
#include "net/folder.h"

namespace chat::net {
namespace {

void add_caching(HttpResponse& response, const FileLookup& lookup, bool uploads) {
  response.add("ETag", lookup.facts.etag);
  response.add("Last-Modified", http_date(lookup.facts.modified));
  if (uploads) {
    response.add("Cache-Control", "private, max-age=604800, immutable");
  } else if (is_hashed_name(lookup.name)) {
    response.add("Cache-Control", "public, max-age=31536000, immutable");
  } else {
    response.add("Cache-Control", "no-cache");
  }
  if (file_type_of(lookup.name).compressible) response.add("Vary", "Accept-Encoding");
}

void add_content(HttpResponse& response, const FileLookup& lookup, bool uploads) {
  const FileType& type = file_type_of(lookup.name);
  response.add("Content-Type", type.content_type);
  if (!lookup.coding.empty()) response.add("Content-Encoding", lookup.coding);
  if (uploads) {
    if (!type.passive) response.add("Content-Disposition", "attachment");
    response.add("Content-Security-Policy", "default-src 'none'; sandbox");
  }
}

void add_range(HttpResponse& response, const FileLookup& lookup) {
  response.add("Accept-Ranges", "bytes");
  if (lookup.part.status != 206) return;
  const FilePart& part = lookup.part;
  response.add("Content-Range", fmt::format("bytes {}-{}/{}", part.offset,
                                            part.offset + part.length - 1, lookup.facts.size));
}

}  // namespace

class StaticFiles::Service : public std::enable_shared_from_this<Service> {
 public:
  Service(EventLoop& loop, ThreadPool& pool, StaticFilesOptions options)
      : loop_(loop), pool_(pool), options_(std::move(options)), folder_(options_.folder) {}

  void serve(const HttpExchangePtr& exchange);
  void serve_file(const HttpExchangePtr& exchange, ServedFile file);

 private:
  // One of the answers that may be given at once; held until its last byte has gone.
  using Place = std::shared_ptr<Service>;
  class PlacedStream;

  Place take_place();
  void look_up(const HttpExchangePtr& exchange, std::string name,
               std::shared_ptr<const ServedFile> file);
  void add_head(HttpResponse& response, const FileLookup& lookup, const ServedFile* file) const;
  void answer(HttpExchange& exchange, FileLookup& lookup, const ServedFile* file, Place place);
  static void refuse_as_busy(HttpExchange& exchange);

  EventLoop& loop_;
  ThreadPool& pool_;
  const StaticFilesOptions options_;
  const Folder folder_;
  std::size_t answers_ = 0;
};

class StaticFiles::Service::PlacedStream final : public BodySource {
 public:
  PlacedStream(Place place, std::unique_ptr<BodySource> source)
      : place_(std::move(place)), source_(std::move(source)) {}

  void pull(const HttpExchangePtr& exchange) override { source_->pull(exchange); }

 private:
  Place place_;
  std::unique_ptr<BodySource> source_;
};

StaticFiles::Service::Place StaticFiles::Service::take_place() {
  ++answers_;
  return Place(this, [self = shared_from_this()](Service* service) { --service->answers_; });
}

void StaticFiles::Service::serve(const HttpExchangePtr& exchange) {
  const HttpRequest& request = exchange->request();
  if (!request.path().starts_with(options_.prefix)) return exchange->respond_error(404);
  std::string name = request.path().substr(options_.prefix.size());
  if (name.empty() || name.ends_with('/')) name += options_.index;
  if (!is_plain_name(name)) return exchange->respond_error(404);
  look_up(exchange, std::move(name), nullptr);
}

void StaticFiles::Service::serve_file(const HttpExchangePtr& exchange, ServedFile file) {
  std::string name = file.name;
  look_up(exchange, std::move(name), std::make_shared<const ServedFile>(std::move(file)));
}

void StaticFiles::Service::look_up(const HttpExchangePtr& exchange, std::string name,
                                   std::shared_ptr<const ServedFile> file) {
  if (answers_ >= options_.max_answers) return refuse_as_busy(*exchange);
  const HttpRequest& request = exchange->request();
  const auto lookup = std::make_shared<FileLookup>();
  lookup->name = std::move(name);
  if (file) lookup->etag = file->etag;
  lookup->conditions = FileConditions::of(request);
  lookup->read_ahead = request.method() == "HEAD" ? 0 : options_.piece;
  const bool queued =
      pool_.submit([lookup, self = shared_from_this()] { lookup->run(self->folder_); },
                   [lookup, file = std::move(file), exchange, place = take_place()] {
                     place->answer(*exchange, *lookup, file.get(), place);
                   });
  if (!queued) refuse_as_busy(*exchange);
}

void StaticFiles::Service::refuse_as_busy(HttpExchange& exchange) {
  exchange.respond_error(HttpResponse(503).add("Retry-After", "1"));
}

void StaticFiles::Service::add_head(HttpResponse& response, const FileLookup& lookup,
                                    const ServedFile* file) const {
  if (file == nullptr) {
    add_caching(response, lookup, options_.uploads);
    if (response.status() != 304) add_content(response, lookup, options_.uploads);
  } else {
    response.add("ETag", lookup.facts.etag);
    for (const auto& [name, value] : file->fields) response.add(name, value);
  }
  if (response.status() != 304) add_range(response, lookup);
}

void StaticFiles::Service::answer(HttpExchange& exchange, FileLookup& lookup,
                                  const ServedFile* file, Place place) {
  if (!lookup.file) return exchange.respond_error(404);
  const FilePart& part = lookup.part;
  HttpResponse response(part.status);
  if (part.status == 416) {
    response.add("Content-Range", fmt::format("bytes */{}", lookup.facts.size));
    return exchange.respond_error(std::move(response));
  }
  add_head(response, lookup, file);
  if (part.status == 304) return exchange.respond(response);
  auto stream = std::make_unique<FileStream>(loop_, pool_, std::move(lookup.file), part.offset,
                                             part.length, std::move(lookup.start), options_.piece);
  exchange.respond_from(response, part.length,
                        std::make_unique<PlacedStream>(std::move(place), std::move(stream)));
}

StaticFiles::StaticFiles(EventLoop& loop, ThreadPool& pool, StaticFilesOptions options)
    : service_(std::make_shared<Service>(loop, pool, std::move(options))) {}

void StaticFiles::serve(const HttpExchangePtr& exchange) const { service_->serve(exchange); }

void StaticFiles::serve_file(const HttpExchangePtr& exchange, ServedFile file) const {
  service_->serve_file(exchange, std::move(file));
}

}  // namespace chat::net
