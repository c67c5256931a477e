// What tests do to pages before they are loaded.
import type { Caller, Prepare } from '../browser/caller';

export type Transport = 'udp' | 'tcp' | 'tls';

/** Media go over the relay only, by that transport; through another port, if one is named. */
export const relayOnly = (transport: Transport, port = 0): Prepare => (page) => page.addInitScript(([wanted, through]) => {
  const Real = RTCPeerConnection;
  const fits = (url: string): boolean => (wanted === 'tls' ? url.startsWith('turns:') : url.startsWith('turn:') && url.includes(`transport=${wanted}`));
  globalThis.RTCPeerConnection = class extends Real {
    constructor(configuration: RTCConfiguration = {}) {
      const iceServers = (configuration.iceServers ?? [])
        .map((server) => ({ ...server, urls: [server.urls].flat().filter(fits).map((url) => (through ? url.replace(/:\d+\?/, `:${through}?`) : url)) }))
        .filter(({ urls }) => urls.length > 0);
      super({ ...configuration, iceServers, iceTransportPolicy: 'relay' });
    }
  };
}, [transport, port] as const);

/** Notes when each step towards a connection is done, from the last click on; `stepsOf` reads it. */
export const noteSteps: Prepare = (page) => page.addInitScript(() => {
  const steps: [what: string, at: number][] = [];
  const note = (what: string): void => void steps.push([what, performance.now()]);
  Object.assign(globalThis, { steps });
  document.addEventListener('click', () => {
    steps.length = 0;
    note('click');
  }, { capture: true });
  const Real = RTCPeerConnection;
  let made = 0;
  globalThis.RTCPeerConnection = class extends Real {
    private readonly number = (made += 1);

    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.note('made');
      this.addEventListener('iceconnectionstatechange', () => this.note(`ice ${this.iceConnectionState}`));
      this.addEventListener('connectionstatechange', () => this.note(this.connectionState));
      this.addEventListener('track', ({ track }) => track.kind === 'video' && track.addEventListener('unmute', () => this.note('packets of pictures'), { once: true }));
    }

    override async setLocalDescription(description?: RTCLocalSessionDescriptionInit): Promise<void> {
      await super.setLocalDescription(description);
      this.note(`local ${this.localDescription?.type}`);
    }

    override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      this.note(`${description.type} came`);
      await super.setRemoteDescription(description);
      this.note(`remote ${description.type}`);
    }

    private note(what: string): void {
      note(`${this.number}: ${what}`);
    }
  };
  const { mediaDevices } = navigator;
  const get = mediaDevices?.getUserMedia.bind(mediaDevices);
  if (!get) return;
  mediaDevices.getUserMedia = async (wanted) => {
    note('devices asked for');
    const stream = await get(wanted);
    note('devices there');
    return stream;
  };
});

/** In milliseconds since the click. */
export const stepsOf = (caller: Caller): Promise<string> => caller.page.evaluate(() => {
  const { steps } = globalThis as unknown as { steps: [string, number][] };
  return steps.map(([what, at]) => `${Math.round(at - (steps[0]?.[1] ?? 0))} ${what}`).join(', ');
});
