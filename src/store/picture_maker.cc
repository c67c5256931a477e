#include "store/picture_maker.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/rejected.h"
#include "store/disk.h"
#include "store/offload.h"

namespace chat::store {
namespace {

constexpr std::size_t kWaiting = 64;

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

void send_files(int channel, const std::array<int, picture::kJobFiles>& files) {
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
  if (::sendmsg(channel, &message, MSG_NOSIGNAL) < 0)
    throw Rejected(Refusal::busy, "nobody cleans pictures");
}

std::string receive(int channel) {
  std::string text(picture::kMostReport, '\0');
  ssize_t got = 0;
  do {
    got = ::recv(channel, text.data(), text.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) throw Rejected(Refusal::busy, "nobody cleans pictures");
  text.resize(static_cast<std::size_t>(got));
  return text;
}

std::optional<picture::Report> ask(int channel, const std::string& from, const std::string& to) {
  const UniqueFd picture = open_file(from, O_RDONLY);
  const UniqueFd cleaned = open_file(to, O_WRONLY | O_CREAT | O_TRUNC);
  const UniqueFd preview = open_file(to + "-preview", O_WRONLY | O_CREAT | O_TRUNC);
  send_files(channel, {picture.get(), cleaned.get(), preview.get()});
  auto report = picture::report_in(receive(channel));
  if (report && ::fsync(cleaned.get()) != 0) throw disk_failure(to);
  if (!report) ::unlink(to.c_str());
  if (!report || !report->has_preview) ::unlink((to + "-preview").c_str());
  return report;
}

}  // namespace

PictureMaker::PictureMaker(net::EventLoop& loop, UniqueFd channel)
    : channel_(std::make_shared<const UniqueFd>(std::move(channel))), pool_(loop, options()) {}

coro::Task<std::optional<picture::Report>> PictureMaker::make(std::string from, std::string to) {
  auto job = [channel = channel_, from = std::move(from), to = std::move(to)] {
    return ask(channel->get(), from, to);
  };
  return offload(pool_, std::move(job));
}

}  // namespace chat::store
