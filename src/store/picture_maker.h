// Cleans pictures and makes their previews, in a process that may do nothing else.
//
// Owned by the worker. The other process is at the far end of the channel and takes one picture
// after the other; a thread here waits for it. Should it die, another one is asked for, and the
// picture it had is tried once more.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "coro/completion.h"
#include "coro/task.h"
#include "net/event_loop.h"
#include "net/thread_pool.h"
#include "picture/report.h"

namespace chat::store {

class PictureMaker {
 public:
  // `channel`: a socket of whole messages. `ask` has somebody make another process, sooner or
  // later, whose channel comes by renew().
  PictureMaker(net::EventLoop& loop, UniqueFd channel, std::function<void()> ask);

  // Reads the picture in the file `from` and writes what becomes of it to the new file `to`, and
  // its preview to `to`-preview. Nothing when it cannot be read. Throws Rejected: `busy` (too many
  // wait, or the other process is gone and none has come in its place), `upload_failed`.
  coro::Task<std::optional<picture::Report>> make(std::string from, std::string to);

  void renew(UniqueFd channel);

  // Whoever waits is refused, and nothing is made from here on.
  void stop();

 private:
  using Channel = std::shared_ptr<const UniqueFd>;

  struct Outcome {
    bool lost = false;  // the other process did not live to answer
    std::optional<picture::Report> report;
  };

  static Outcome ask_for(int channel, const std::string& from, const std::string& to);
  coro::Task<Outcome> attempt(Channel channel, std::string from, std::string to);
  coro::Task<void> renewal(Channel lost);
  void wake();

  net::EventLoop& loop_;
  Channel channel_;
  std::function<void()> ask_;
  std::vector<coro::Completion<bool>*> waiting_;  // for another channel
  net::Timer patience_;
  bool stopped_ = false;
  net::ThreadPool pool_;
};

}  // namespace chat::store
