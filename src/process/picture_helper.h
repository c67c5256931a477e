// The process that cleans pictures: strangers' bytes are taken apart where nothing else is.
//
// Each worker has one, forked before the worker has threads; it ends with its worker. It forks a
// process for every picture, which has bounds on memory and time, makes no system call that it does
// not need, and holds nothing but the files concerned.
#pragma once

#include "base/unique_fd.h"
#include "config/settings.h"

namespace chat::process {

// Starts it; the worker's end of the channel, for store::PictureMaker. Throws std::system_error.
UniqueFd start_picture_helper(const config::Settings& settings);

}  // namespace chat::process
