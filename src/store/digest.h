// SHA-256, in one piece or as the bytes come.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace chat::store {

class Sha256 {
 public:
  Sha256();
  void update(std::string_view bytes);

  // 64 hex digits; call once.
  std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

std::string sha256_hex(std::string_view bytes);

}  // namespace chat::store
