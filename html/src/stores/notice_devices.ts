// The browser's part of notices.
import type { NoticeDevices, NoticePermission } from './notices';

export function browserDevices(title: string): NoticeDevices {
  const icon = document.querySelector<HTMLLinkElement>('link[rel~="icon"]');
  const plain = { href: icon?.href ?? '', type: icon?.type ?? '' };
  let audio: AudioContext | null = null;
  let loud = typeof navigator.locks === 'undefined';
  // Of several tabs one makes the sound: the one that holds the lock, for as long as it lives.
  void navigator.locks?.request('notice-sound', () => {
    loud = true;
    return new Promise(() => {});
  });

  const permission = (): NoticePermission => (typeof Notification === 'undefined' ? 'unsupported' : Notification.permission);

  let unreadNow = 0;
  async function dot(): Promise<void> {
    const { faviconWithDot } = await import('./notice_icon');
    const href = await faviconWithDot(plain.href);
    if (icon && unreadNow > 0) Object.assign(icon, { href, type: 'image/png' });
  }

  // A notice of the service worker's was clicked.
  navigator.serviceWorker?.addEventListener('message', ({ data }) => {
    if (typeof data?.open === 'string') location.hash = `/${encodeURIComponent(data.open)}`;
  });

  return {
    permission,
    async ask() {
      return typeof Notification === 'undefined' ? 'unsupported' : await Notification.requestPermission();
    },
    watched: () => document.visibilityState === 'visible' && document.hasFocus(),
    count(unread) {
      unreadNow = unread;
      document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) ${title}` : title;
      // On the icon of an installed page, where the system shows it.
      void navigator.setAppBadge?.(unread).catch(() => {});
      if (!icon) return;
      if (unread === 0) Object.assign(icon, plain);
      else void dot().catch(() => {});
    },
    sound() {
      // Browsers keep a page silent that the user has not touched; what is played then would be heard later, all at once.
      if (!loud || navigator.userActivation?.hasBeenActive === false) return;
      audio ??= new AudioContext();
      void audio.resume();
      for (const [index, pitch] of [880, 1174].entries()) {
        const begin = audio.currentTime + index * 0.12;
        const tone = new OscillatorNode(audio, { frequency: pitch });
        const volume = new GainNode(audio, { gain: 0 });
        volume.gain.setValueAtTime(0.08, begin);
        volume.gain.exponentialRampToValueAtTime(0.0005, begin + 0.25);
        tone.connect(volume).connect(audio.destination);
        tone.start(begin);
        tone.stop(begin + 0.3);
      }
    },
    show({ title: heading, body, tag, icon: picture, opened }) {
      // The later message of a conversation takes the place of the earlier one, and is told again.
      const options: NotificationOptions & { renotify: boolean } = { body, tag, renotify: true, icon: picture || plain.href };
      try {
        const notice = new Notification(heading, options);
        notice.onclick = () => {
          window.focus();
          opened();
          notice.close();
        };
      } catch {
        // Phones show those of a service worker only; sw.js brings the page back.
        void navigator.serviceWorker?.ready.then((worker) => worker.showNotification(heading, { ...options, data: tag }));
      }
    },
  };
}
