"""Real processes for the tests: `chatd` servers, Redis servers, certificates, raw sockets."""
