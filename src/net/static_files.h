// Serves a folder over HTTP: types by an allow-list, ETags, ranges, precompressed variants, cache
// headers.
//
// Owned by the worker; the loop and the pool must outlive the HttpServer. All disk access
// happens on the pool; an answer holds one piece of its file in memory, whatever the file's size
// and the reader's speed. Only regular files inside the folder are served, never through symbolic
// links, never names that begin with a dot, never a listing.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/http_exchange.h"
#include "net/thread_pool.h"

namespace chat::net {

struct StaticFilesOptions {
  std::string folder;
  std::string prefix = "/";        // of the paths it serves, ending in '/'
  std::string index;               // the file for paths that end in '/'; empty: 404
  bool uploads = false;            // content by strangers: private, only passive types in place
  std::size_t piece = 64 * 1024;   // bytes read at a time
  std::size_t max_answers = 1024;  // at once; more get 503
};

// One file, and how it is to be called and shown.
struct ServedFile {
  std::string name;  // below the folder
  std::string etag;  // with its quotes; empty: made from size and time
  std::vector<std::pair<std::string, std::string>> fields;  // of the head: type, caching, …
};

class StaticFiles {
 public:
  // Throws std::runtime_error, one line, when the folder cannot be opened.
  StaticFiles(EventLoop& loop, ThreadPool& pool, StaticFilesOptions options);

  // A route's handler: answers a GET or HEAD below the prefix.
  void serve(const HttpExchangePtr& exchange) const;

  // Answers a GET or HEAD with that file, whatever its path says.
  void serve_file(const HttpExchangePtr& exchange, ServedFile file) const;

 private:
  class Service;

  std::shared_ptr<Service> service_;  // shared with the answers being given
};

}  // namespace chat::net
