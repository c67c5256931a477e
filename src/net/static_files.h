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

class StaticFiles {
 public:
  // Throws std::runtime_error, one line, when the folder cannot be opened.
  StaticFiles(EventLoop& loop, ThreadPool& pool, StaticFilesOptions options);

  // A route's handler: answers a GET or HEAD below the prefix.
  void serve(const HttpExchangePtr& exchange) const;

 private:
  class Service;

  std::shared_ptr<Service> service_;  // shared with the answers being given
};

}  // namespace chat::net
