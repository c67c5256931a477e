#include "store/picture_maker.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/rejected.h"
#include "store/disk.h"
#include "store/offload.h"

namespace chat::store {
namespace {

constexpr std::size_t kWaiting = 64;
constexpr std::chrono::seconds kPatience{5};

net::ThreadPool::Options options() {
  net::ThreadPool::Options options;
  options.threads = 1;
  options.queue_limit = kWaiting;
  return options;
}

UniqueFd open_file(const std::string& path, int flags) {
  UniqueFd file(::open(path.c_str(), flags | O_CLOEXEC, 0640));
  if (!file) throw disk_failure(path);
  return file;
}

bool send_files(int channel, const std::array<int, picture::kJobFiles>& files) {
  char word = 'p';
  iovec text{&word, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof files)> control{};
  msghdr message{};
  message.msg_iov = &text;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* const head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof files);
  std::memcpy(CMSG_DATA(head), files.data(), sizeof files);
  return ::sendmsg(channel, &message, MSG_NOSIGNAL) >= 0;
}

// Empty when the other end is gone: reports and failures are not.
std::string receive(int channel) {
  std::string text(picture::kMostReport, '\0');
  ssize_t got = 0;
  do {
    got = ::recv(channel, text.data(), text.size(), 0);
  } while (got < 0 && errno == EINTR);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return text;
}

}  // namespace

PictureMaker::PictureMaker(net::EventLoop& loop, UniqueFd channel, std::function<void()> ask)
    : loop_(loop),
      channel_(std::make_shared<const UniqueFd>(std::move(channel))),
      ask_(std::move(ask)),
      pool_(loop, options()) {}

coro::Task<std::optional<picture::Report>> PictureMaker::make(std::string from, std::string to) {
  const Channel channel = channel_;
  Outcome outcome = co_await attempt(channel, from, to);
  if (outcome.lost) {
    co_await renewal(channel);
    outcome = co_await attempt(channel_, std::move(from), std::move(to));
  }
  if (outcome.lost) throw Rejected(Refusal::busy, "nobody cleans pictures");
  co_return std::move(outcome.report);
}

coro::Task<PictureMaker::Outcome> PictureMaker::attempt(Channel channel, std::string from,
                                                        std::string to) {
  auto job = [channel = std::move(channel), from = std::move(from), to = std::move(to)] {
    return ask_for(channel->get(), from, to);
  };
  return offload(pool_, std::move(job));
}

PictureMaker::Outcome PictureMaker::ask_for(int channel, const std::string& from,
                                            const std::string& to) {
  const UniqueFd picture = open_file(from, O_RDONLY);
  const UniqueFd cleaned = open_file(to, O_WRONLY | O_CREAT | O_TRUNC);
  const UniqueFd preview = open_file(to + "-preview", O_WRONLY | O_CREAT | O_TRUNC);
  std::string text;
  if (send_files(channel, {picture.get(), cleaned.get(), preview.get()})) text = receive(channel);
  Outcome outcome;
  outcome.lost = text.empty();
  outcome.report = picture::report_in(text);
  const auto& report = outcome.report;
  if (report && ::fsync(cleaned.get()) != 0) throw disk_failure(to);
  if (!report) ::unlink(to.c_str());
  if (!report || !report->has_preview) ::unlink((to + "-preview").c_str());
  return outcome;
}

// Waits until there is another channel than the lost one, but not for ever.
coro::Task<void> PictureMaker::renewal(Channel lost) {
  if (channel_ != lost || stopped_) co_return;
  coro::Completion<bool> renewed;
  waiting_.push_back(&renewed);
  if (waiting_.size() == 1) {
    patience_ = loop_.after(kPatience, [this] { wake(); });
    ask_();
  }
  co_await renewed;
}

void PictureMaker::renew(UniqueFd channel) {
  channel_ = std::make_shared<const UniqueFd>(std::move(channel));
  wake();
}

void PictureMaker::wake() {
  patience_ = net::Timer();
  for (coro::Completion<bool>* const waiting : std::exchange(waiting_, {})) waiting->complete(true);
}

void PictureMaker::stop() {
  stopped_ = true;
  ::shutdown(channel_->get(), SHUT_RDWR);  // the thread need not wait for the picture under way
  pool_.stop();
  wake();
}

}  // namespace chat::store
