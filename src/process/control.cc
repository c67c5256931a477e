#include "process/control.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "config/options.h"

namespace chat::process {
namespace {

constexpr std::size_t kLongestMessage = 64 * 1024;

// Bytes, and perhaps a descriptor, as sendmsg and recvmsg take them.
class Envelope {
 public:
  explicit Envelope(std::string& text) : text_{text.data(), text.size()} {
    head.msg_iov = &text_;
    head.msg_iovlen = 1;
    head.msg_control = control_.data();
    head.msg_controllen = 0;
  }
  Envelope(const Envelope&) = delete;
  Envelope& operator=(const Envelope&) = delete;

  void enclose(int descriptor) {
    head.msg_controllen = control_.size();
    cmsghdr* const enclosure = CMSG_FIRSTHDR(&head);
    enclosure->cmsg_level = SOL_SOCKET;
    enclosure->cmsg_type = SCM_RIGHTS;
    enclosure->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(enclosure), &descriptor, sizeof descriptor);
  }

  // To be called before recvmsg.
  void make_room() { head.msg_controllen = control_.size(); }

  UniqueFd enclosed() {
    const cmsghdr* const enclosure = CMSG_FIRSTHDR(&head);
    if (enclosure == nullptr || enclosure->cmsg_type != SCM_RIGHTS) return {};
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(enclosure), sizeof descriptor);
    return UniqueFd(descriptor);
  }

  msghdr head{};

 private:
  iovec text_;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control_{};
};

// Cuts the next line off `text`.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

std::pair<ControlChannel, ControlChannel> ControlChannel::make_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  return {ControlChannel(UniqueFd(ends[0])), ControlChannel(UniqueFd(ends[1]))};
}

bool ControlChannel::send(Word word, std::string_view text, int descriptor) {
  std::string message(1, static_cast<char>(word));
  message += text;
  Envelope envelope(message);
  if (descriptor >= 0) envelope.enclose(descriptor);
  const ssize_t sent = ::sendmsg(socket_.get(), &envelope.head, MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(message.size());
}

std::optional<Message> ControlChannel::receive() {
  std::string message(kLongestMessage, '\0');
  Envelope envelope(message);
  envelope.make_room();
  const ssize_t size = ::recvmsg(socket_.get(), &envelope.head, MSG_CMSG_CLOEXEC);
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return std::nullopt;
  if (size <= 0) return Message{Word::gone, {}};
  message.resize(static_cast<std::size_t>(size));
  return Message{static_cast<Word>(message.front()), message.substr(1), envelope.enclosed()};
}

std::string encode_reload(const config::Settings& settings) {
  std::string text;
  for (const config::Option& option : config::options()) {
    if (!option.reloads) continue;
    text += option.name;
    text += '=';
    text += option.print(settings);
    text += '\n';
  }
  return text;
}

void apply_reload(config::Settings& settings, std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    const std::size_t equals = line.find('=');
    const config::Option* option = config::find_option(line.substr(0, equals));
    if (option != nullptr && option->reloads)
      config::assign(*option, settings, line.substr(equals + 1), option->name);
  }
}

}  // namespace chat::process
