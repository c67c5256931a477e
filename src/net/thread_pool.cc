#include "net/thread_pool.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <utility>

namespace chat::net {

struct ThreadPool::Task {
  std::function<void()> job;
  std::function<void()> done;
};

// What the pool, its threads and a delivery posted to the loop hold together: the last may come
// when the pool is gone already, and then finds nothing to deliver.
struct ThreadPool::Shared : std::enable_shared_from_this<ThreadPool::Shared> {
  Shared(EventLoop& its_loop, const Options& its_options) : loop(its_loop), options(its_options) {}

  void deliver();

  EventLoop& loop;
  const Options options;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Task> queue;
  std::vector<Task> finished;
  bool stopping = false;
};

void ThreadPool::Shared::deliver() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex);
    tasks.swap(finished);
  }
  for (const Task& task : tasks) {
    if (task.done) task.done();
  }
}

ThreadPool::ThreadPool(EventLoop& loop, Options options)
    : shared_(std::make_shared<Shared>(loop, options)) {
  // Signals are for the thread of the loop alone.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigdelset(&all, SIGSYS);  // how a thread dies that makes a forbidden system call
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (unsigned i = 0; i < std::max(options.threads, 1U); ++i) {
    threads_.emplace_back([shared = shared_.get()] { work(*shared); });
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  std::deque<Task> dropped;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopping = true;
    dropped.swap(shared_->queue);
  }
  dropped.clear();
  shared_->changed.notify_all();
  for (std::thread& thread : std::exchange(threads_, {})) thread.join();
  std::exchange(shared_->finished, {}).clear();
}

bool ThreadPool::submit(std::function<void()> job, std::function<void()> done) {
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->stopping || shared_->queue.size() >= shared_->options.queue_limit) return false;
    shared_->queue.push_back({std::move(job), std::move(done)});
  }
  shared_->changed.notify_one();
  return true;
}

std::size_t ThreadPool::waiting() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->queue.size();
}

void ThreadPool::work(Shared& shared) {
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), shared.options.niceness);
  std::unique_lock lock(shared.mutex);
  while (true) {
    shared.changed.wait(lock, [&shared] { return shared.stopping || !shared.queue.empty(); });
    if (shared.stopping) return;
    Task task = std::move(shared.queue.front());
    shared.queue.pop_front();
    lock.unlock();
    task.job();
    lock.lock();
    shared.finished.push_back(std::move(task));
    if (shared.finished.size() == 1) {
      shared.loop.post([alive = shared.shared_from_this()] { alive->deliver(); });
    }
  }
}

}  // namespace chat::net
