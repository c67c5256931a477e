#include "protocol/refusal_notice.h"

#include <chrono>
#include <string>

namespace chat::protocol {

Notice notice_of(Refusal refusal) {
  const RefusalInfo& info = info_of(refusal);
  Notice notice(info.type);
  if (!info.text.empty()) notice.mess = std::string(info.text);
  notice.code = std::string(info.code);
  return notice;
}

Notice notice_of(const Rejected& rejected) {
  Notice notice = notice_of(rejected.refusal());
  const auto wait = std::chrono::ceil<std::chrono::seconds>(rejected.wait());
  if (wait.count() > 0) notice.retry_after = wait.count();
  return notice;
}

}  // namespace chat::protocol
