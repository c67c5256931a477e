#include "config/settings.h"

namespace chat::config {

Settings::Settings() {
#define OPTION(kind_, name_, when, short_flag, default_text, low, high, help) \
  name_ = kind::kind_::parse(default_text);
#include "config/options.def"
}

}  // namespace chat::config
