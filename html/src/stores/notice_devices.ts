// The browser's part of notices.
import type { NoticeDevices, NoticePermission } from './notices';

const ICON_SIZE = 64;

export function browserDevices(title: string): NoticeDevices {
  const icon = document.querySelector<HTMLLinkElement>('link[rel~="icon"]');
  const plainIcon = icon?.href ?? '';
  let dotted: string | null = null;
  let audio: AudioContext | null = null;
  let loud = typeof navigator.locks === 'undefined';
  // Of several tabs one makes the sound: the one that holds the lock, for as long as it lives.
  void navigator.locks?.request('notice-sound', () => {
    loud = true;
    return new Promise(() => {});
  });

  const permission = (): NoticePermission => (typeof Notification === 'undefined' ? 'unsupported' : Notification.permission);

  async function dot(): Promise<string> {
    if (dotted !== null) return dotted;
    const picture = new Image();
    picture.src = plainIcon;
    await picture.decode();
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = ICON_SIZE;
    const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
    pen.drawImage(picture, 0, 0, ICON_SIZE, ICON_SIZE);
    pen.fillStyle = '#e5484d';
    pen.beginPath();
    pen.arc(ICON_SIZE * 0.76, ICON_SIZE * 0.24, ICON_SIZE * 0.22, 0, 2 * Math.PI);
    pen.fill();
    return dotted = canvas.toDataURL('image/png');
  }

  let unreadNow = 0;
  return {
    permission,
    async ask() {
      return typeof Notification === 'undefined' ? 'unsupported' : await Notification.requestPermission();
    },
    watched: () => document.visibilityState === 'visible' && document.hasFocus(),
    count(unread) {
      unreadNow = unread;
      document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) ${title}` : title;
      if (!icon) return;
      if (unread === 0) icon.href = plainIcon;
      else void dot().then((href) => unreadNow > 0 && (icon.href = href)).catch(() => {});
    },
    sound() {
      if (!loud) return;
      audio ??= new AudioContext();
      // Two soft notes; browsers keep it silent until the user touched the page.
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
      const notice = new Notification(heading, { body, tag, icon: picture || plainIcon });
      notice.onclick = () => {
        window.focus();
        opened();
        notice.close();
      };
    },
  };
}
