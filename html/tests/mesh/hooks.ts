// What tests do to pages before they are loaded.
import type { Prepare } from '../browser/caller';

/** Media go over the relay only, by that transport; through another port, if one is named. */
export const relayOnly = (transport: 'udp' | 'tcp', port = 0): Prepare => (page) => page.addInitScript(([wanted, through]) => {
  const Real = RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Real {
    constructor(configuration: RTCConfiguration = {}) {
      const iceServers = (configuration.iceServers ?? [])
        .map((server) => ({ ...server, urls: [server.urls].flat().filter((url) => url.includes(`transport=${wanted}`))
          .map((url) => (through ? url.replace(/:\d+\?/, `:${through}?`) : url)) }))
        .filter(({ urls }) => urls.length > 0);
      super({ ...configuration, iceServers, iceTransportPolicy: 'relay' });
    }
  };
}, [transport, port] as const);
