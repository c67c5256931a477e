// The process that cleans pictures: strangers' bytes are taken apart where nothing else is.
//
// Each worker has one, forked before the worker has threads; it ends with its worker. Should it die
// before, the worker, which may not fork any more, asks the master for another one. It forks a
// process for every picture, which has bounds on memory and time, makes no system call that it does
// not need, and holds nothing but the files concerned.
#pragma once

#include "base/unique_fd.h"
#include "config/settings.h"

namespace chat::process {

// Starts it, as a child of this process; the worker's end of the channel, for store::PictureMaker.
// Throws std::system_error.
UniqueFd start_picture_helper(const config::Settings& settings);

}  // namespace chat::process
