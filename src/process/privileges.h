// What the server gives up before it meets its first client, and the folders it needs for that.
#pragma once

#include "config/settings.h"

namespace chat::process {

// Whether the process is root and is to become `user`.
bool changes_user(const config::Settings& settings);

// Throws StartError when it is to become a user that does not exist.
void check_user(const config::Settings& settings);

// Makes the data and upload folders where they are missing, with those above them, and, for root
// with `user`, gives new ones to that user. Throws StartError.
void make_folders(const config::Settings& settings);

// For root with `user`: makes an open socket that user's own. Then a later version of the server,
// which runs as that user, can bind the same port to another address.
void give_to_user(const config::Settings& settings, int socket);

// For root with `user`: becomes that user for good, with its groups. For everybody: no program run
// from here on gains privileges, and unless `core_dumps` says otherwise the processes leave no core
// dump and nobody but root can look into them. Throws StartError.
void drop_privileges(const config::Settings& settings);

// For a worker: gives up what root still has without another user, for good. A process without
// capabilities stays as it is.
void drop_capabilities();

// Lets the process open as many descriptors as the system allows. Returns how many that are.
std::size_t raise_descriptor_limit();

}  // namespace chat::process
