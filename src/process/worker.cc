#include "process/worker.h"

#include <event2/event.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

#include "base/log.h"
#include "net/event_loop.h"
#include "net/thread_pool.h"
#include "process/chat_service.h"
#include "process/dispersal.h"
#include "process/front.h"
#include "process/picture_helper.h"
#include "process/privileges.h"
#include "process/sandbox.h"
#include "process/start_error.h"
#include "session/echo.h"
#include "websocket/close_code.h"

namespace chat::process {
namespace {

struct FreeEvent {
  void operator()(event* event) const { event_free(event); }
};

// What the worker does when its master speaks, whatever it serves.
struct Conduct {
  std::function<void()> reload;
  // Sends the clients away; calls `done` when they and whoever else `is_quiet` asks for are gone.
  std::function<void(Farewell farewell, std::function<bool()> is_quiet, std::function<void()> done)>
      drain;
  // Goes without waiting for anybody; calls `done` when the others know, or have no time to hear.
  std::function<void(std::function<void()> done)> leave;
  // Another process cleans pictures, at the far end of this channel.
  std::function<void(UniqueFd channel)> renew_pictures;
};

// A child that ends leaves nothing behind.
void ignore_signals() {
  for (const int signal :
       {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGXFSZ, SIGCHLD})
    std::signal(signal, SIG_IGN);
}

// Listens to the master and ends the loop when it says so.
class Obedience {
 public:
  Obedience(net::EventLoop& loop, WorkerContext& context, Front& front, Conduct conduct)
      : loop_(loop),
        context_(context),
        front_(front),
        conduct_(std::move(conduct)),
        readable_(event_new(loop.base(), context.control.fd(), EV_READ | EV_PERSIST,
                            &Obedience::on_readable, this)) {
    event_add(readable_.get(), nullptr);
  }

 private:
  static void on_readable(evutil_socket_t, short, void* self) {
    static_cast<Obedience*>(self)->read();
  }

  void read() {
    while (auto message = context_.control.receive()) {
      const Word word = message->word;
      obey(std::move(*message));
      if (word == Word::gone) return;
    }
  }

  void obey(Message message) {
    switch (message.word) {
      case Word::accept:
        if (context_.listener) front_.open();
        break;
      case Word::drain:
        drain("", {websocket::kGoingAway, "the server is shutting down"});
        break;
      case Word::gone:
        readable_.reset();
        drain("the master is gone: ", {websocket::kGoingAway, "the server is shutting down"});
        break;
      case Word::replaced:
        drain("a new server took over: ",
              {websocket::kServiceRestart, "a new server took over: reconnect",
               context_.settings.upgrade_drain});
        break;
      case Word::quit:
        conduct_.leave([this] { loop_.stop(); });
        break;
      case Word::reload:
        apply_reload(context_.settings, message.text);
        log::set_level(context_.settings.log_level);
        front_.reload();
        conduct_.reload();
        break;
      case Word::reopen:
        log::reopen();
        break;
      case Word::pictures:
        conduct_.renew_pictures(std::move(message.descriptor));
        break;
      case Word::ready:
      case Word::failed:
      case Word::violated:
      case Word::estate:
      case Word::yours:
        break;
    }
  }

  void drain(std::string_view why, Farewell farewell) {
    if (draining_) return;
    draining_ = true;
    log::info("{}draining", why);
    front_.close(farewell.spread.count() > 0);
    const auto patience = farewell.spread + context_.settings.drain_timeout;
    const auto stop = [this] { loop_.stop(); };
    deadline_ = loop_.after(patience, [this, stop] { conduct_.leave(stop); });
    conduct_.drain(
        std::move(farewell), [this] { return front_.size() == 0; }, stop);
  }

  net::EventLoop& loop_;
  WorkerContext& context_;
  Front& front_;
  Conduct conduct_;
  std::unique_ptr<event, FreeEvent> readable_;
  net::Timer deadline_;
  bool draining_ = false;
};

net::ThreadPool::Options disk_options() {
  net::ThreadPool::Options options;
  options.threads = 2;
  options.queue_limit = 1024;
  options.niceness = 0;
  return options;
}

// The last step of a start: from here on the worker does nothing but serve.
void begin_to_serve(WorkerContext& context) try {
  if (context.settings.system_call_filter && can_filter_system_calls())
    filter_system_calls(context.control);
  context.control.send(Word::ready);
} catch (const std::runtime_error& failure) {
  context.control.send(Word::failed, failure.what());
  std::_Exit(static_cast<int>(ExitCode::worker));
}

void run_chat(net::EventLoop& loop, net::ThreadPool& disk, WorkerContext& context) {
  ChatService service(loop, disk, context);
  Front front(loop, disk, context, [&service](net::Upgraded upgraded, auto handshake) {
    service.accept(std::move(upgraded), std::move(handshake));
  });
  front.add_route(service.session_route());
  front.add_route(service.file_route());
  const Obedience obedience(
      loop, context, front,
      {[&] { service.reload(); },
       [&](Farewell farewell, std::function<bool()> is_quiet, auto done) {
         service.drain(std::move(farewell), std::move(is_quiet), std::move(done));
       },
       [&](auto done) { service.leave(std::move(done)); },
       [&](UniqueFd channel) { service.renew_pictures(std::move(channel)); }});
  service.start([&] {
    if (!context.listener) return;  // told to drain before it was ready
    begin_to_serve(context);
  });
  loop.run();
  disk.stop();
  service.end();
}

void run_echo(net::EventLoop& loop, net::ThreadPool& disk, WorkerContext& context) {
  session::EchoEnvironment environment;
  Front front(loop, disk, context, [&environment](net::Upgraded upgraded, auto handshake) {
    session::Echo::start(environment, std::move(upgraded.connection), handshake.compression,
                         std::move(upgraded.leftover));
  });
  const Obedience obedience(loop, context, front,
                            {[] {},
                             [](const Farewell&, const std::function<bool()>&,
                                const std::function<void()>& done) { done(); },
                             [](const std::function<void()>& done) { done(); }, [](UniqueFd) {}});
  begin_to_serve(context);
  loop.run();
}

}  // namespace

int run_worker(WorkerContext& context) {
  ignore_signals();
  drop_capabilities();
  log::open({context.settings.log_file, context.settings.log_level, context.id});
  if (!context.settings.echo) context.pictures = start_picture_helper(context.settings);
  net::EventLoop loop;
  net::ThreadPool disk(loop, disk_options());
  (context.settings.echo ? run_echo : run_chat)(loop, disk, context);
  log::info("worker ended");
  return 0;
}

}  // namespace chat::process
