// A filled message of any struct, made from its declaration, so that tests cover messages that do
// not exist yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/describe.h"

namespace chat::protocol {

// Whether what may be absent is there.
enum class Filled { everything, only_required };

class Sampler {
 public:
  explicit Sampler(Filled filled) : filled_(filled) {}

  template <class M>
  M message(int type) {
    M sample(type);
    sample.trace_id = "tr";
    if (filled_ == Filled::everything) sample.id = "m-1";
    if constexpr (AnyEvent<M>) {
      sample.timestamp = 1795225426.557172;
    } else {
      sample.session_id = "s";
      sample.sender_id = "6b00f74ccd8eb";
      sample.receiver_id = "0";
    }
    fill_fields(sample);
    return sample;
  }

  template <AnyRecord M>
  M record() {
    M sample;
    fill_fields(sample);
    return sample;
  }

 private:
  template <class M>
  void fill_fields(M& sample) {
    describe(std::type_identity<M>{}, [&](const FieldInfo& field, auto member) {
      const std::string outer = std::exchange(name_, std::string(field.name));
      fill(sample.*member);
      name_ = outer;
    });
  }

  void fill(bool& out) { out = true; }
  void fill(std::int64_t& out) { out = 300; }
  void fill(double& out) { out = 1795225430.065495; }
  void fill(std::string& out) { out = name_ + "/é\""; }
  void fill(LooseText& out) { fill(out.text); }
  void fill(Flag& out) { out.on = true; }
  void fill(TextInt& out) { out.number = -1; }
  void fill(HistoryCursor& out) {
    if (filled_ == Filled::everything) out.before_seq = 41;
  }
  void fill(Value& out) {
    out = Value::Map{{"n", nullptr}, {"list", Value::Array{true, -1, 0.5, "中", Value::Map{}}}};
  }
  template <class T>
  void fill(std::optional<T>& out) {
    if (filled_ == Filled::everything) fill(out.emplace());
  }
  template <class T>
  void fill(Nullable<T>& out) {
    fill(out.value);
  }
  template <class T>
  void fill(OrFalse<T>& out) {
    fill(out.value);
  }
  template <class T>
  void fill(std::vector<T>& out) {
    if (filled_ == Filled::everything) fill(out.emplace_back());
  }
  template <class T>
  void fill(Keyed<T>& out) {
    if (filled_ == Filled::everything) fill(out.entries.emplace_back("k", T{}).second);
  }
  template <class T>
  void fill(Verbatim<T>& out) {
    fill(out.view);
    out.value = Value::Map{{"room_id", out.view.room_id}, {"is_group", true}, {"video", true}};
  }
  template <AnyRecord M>
  void fill(M& out) {
    fill_fields(out);
  }
  template <AnyEvent M>
  void fill(M& out) {
    out = message<M>(M::kTypes.front());
    out.trace_id.clear();
  }

  const Filled filled_;
  std::string name_;  // of the field that is being filled
};

}  // namespace chat::protocol
