#include "websocket/extension_offer.h"

#include <fmt/format.h>

#include "websocket/token_scanner.h"

namespace chat::websocket {
namespace {

constexpr std::string_view kName = "permessage-deflate";
constexpr int kLargestWindow = 15;
constexpr int kSmallWindow = 9;

// A decimal number from 8 to 15 without leading zeros (RFC 7692 section 7.1.2), or 0.
int window_bits(std::string_view value) {
  if (value.size() == 1 && (value[0] == '8' || value[0] == '9')) return value[0] - '0';
  if (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5')
    return 10 + value[1] - '0';
  return 0;
}

// The parameters of one offer of permessage-deflate, and whether the server can meet it.
class Offer {
 public:
  void add(std::string_view name, bool has_value, std::string_view value) {
    if (name == "server_no_context_takeover") {
      once(server_takeover_seen_, !has_value);
    } else if (name == "client_no_context_takeover") {
      once(client_takeover_seen_, !has_value);
    } else if (name == "client_max_window_bits") {
      once(client_window_seen_, !has_value || window_bits(value) != 0);
    } else if (name == "server_max_window_bits") {
      server_window_ = window_bits(value);
      once(server_window_seen_, server_window_ >= kSmallWindow);
    } else {
      acceptable_ = false;
    }
  }

  bool acceptable() const { return acceptable_; }

  DeflateAgreement agreement() const {
    if (server_window_ == 0) return {Compression::full_window, 0};
    if (server_window_ == kLargestWindow) return {Compression::full_window, kLargestWindow};
    return {Compression::small_window, kSmallWindow};
  }

 private:
  void once(bool& seen, bool well_valued) {
    if (seen || !well_valued) acceptable_ = false;
    seen = true;
  }

  bool acceptable_ = true;
  bool server_takeover_seen_ = false;
  bool client_takeover_seen_ = false;
  bool client_window_seen_ = false;
  bool server_window_seen_ = false;
  int server_window_ = 0;
};

// `*( ";" parameter )` behind the name of an extension. False when malformed.
bool read_parameters(TokenScanner& scanner, Offer& offer) {
  while (scanner.take(';')) {
    const std::string_view name = scanner.token();
    if (name.empty()) return false;
    const bool has_value = scanner.take('=');
    const std::string_view value = has_value ? scanner.parameter_value() : std::string_view();
    if (has_value && value.empty()) return false;
    offer.add(name, has_value, value);
  }
  return true;
}

}  // namespace

std::string DeflateAgreement::to_header() const {
  std::string text(kName);
  text += "; server_no_context_takeover; client_no_context_takeover";
  if (server_max_window_bits != 0)
    text += fmt::format("; server_max_window_bits={}", server_max_window_bits);
  return text;
}

bool read_extension_offers(std::string_view value, DeflateAgreement& agreement) {
  TokenScanner scanner(value);
  while (scanner.next_element()) {
    const std::string_view extension = scanner.token();
    Offer offer;
    if (extension.empty() || !read_parameters(scanner, offer) || !scanner.at_element_end())
      return false;
    if (extension == kName && offer.acceptable() && !agreement.agreed())
      agreement = offer.agreement();
  }
  return true;
}

}  // namespace chat::websocket
