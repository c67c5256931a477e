// Records a call in this browser: everybody's sound mixed, and the picture of whoever speaks or shows a screen.

export interface Scene {
  sounds: readonly MediaStreamTrack[];
  /** What is to be seen; null: nobody shows anything. */
  picture: MediaStream | null;
  /** Whose picture or voice it is. */
  name: string;
}

const WIDTH = 1280;
const HEIGHT = 720;
const RATE = 15;
const BITS = { videoBitsPerSecond: 1_500_000, audioBitsPerSecond: 96_000 };
/** What is recorded is handed over in parts of this length, so that a crash loses little. */
const PART_MS = 1_000;
const TYPES = ['video/webm;codecs=vp8,opus', 'video/webm', 'video/mp4'];

/** What the browser records as; "": it cannot. */
export const recordingType = (): string =>
  (typeof MediaRecorder === 'undefined' ? '' : TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? '');

export class Recorder {
  private readonly canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  private readonly video = Object.assign(document.createElement('video'), { muted: true, playsInline: true });
  private readonly context = new AudioContext();
  private readonly mixed = this.context.createMediaStreamDestination();
  private readonly sources = new Map<MediaStreamTrack, MediaStreamAudioSourceNode>();
  private readonly parts: Blob[] = [];
  private readonly recorder: MediaRecorder;
  private readonly timer: ReturnType<typeof setInterval>;
  private name = '';

  /** `keep` is given each part as it comes. */
  constructor(keep: (part: Blob) => void) {
    const silence = new ConstantSourceNode(this.context, { offset: 0 });
    silence.connect(this.mixed);
    silence.start();
    void this.context.resume().catch(() => {});
    const stream = new MediaStream([...this.canvas.captureStream(RATE).getTracks(), ...this.mixed.stream.getTracks()]);
    this.recorder = new MediaRecorder(stream, { mimeType: recordingType(), ...BITS });
    this.recorder.ondataavailable = ({ data }) => {
      if (data.size === 0) return;
      this.parts.push(data);
      keep(data);
    };
    this.timer = setInterval(() => this.draw(), 1000 / RATE);
    this.draw();
    this.recorder.start(PART_MS);
  }

  /** Without codecs. */
  get type(): string {
    return this.recorder.mimeType.split(';')[0] ?? '';
  }

  show({ sounds, picture, name }: Scene): void {
    this.name = name;
    for (const [track, source] of this.sources) {
      if (sounds.includes(track)) continue;
      source.disconnect();
      this.sources.delete(track);
    }
    for (const track of sounds) {
      if (this.sources.has(track)) continue;
      const source = this.context.createMediaStreamSource(new MediaStream([track]));
      source.connect(this.mixed);
      this.sources.set(track, source);
    }
    if (this.video.srcObject === picture) return;
    this.video.srcObject = picture;
    if (picture) void this.video.play().catch(() => {});
  }

  setPaused(paused: boolean): void {
    if (paused && this.recorder.state === 'recording') this.recorder.pause();
    else if (!paused && this.recorder.state === 'paused') this.recorder.resume();
  }

  /** Ends it; what was recorded. */
  async stop(): Promise<Blob> {
    const { recorder } = this;
    if (recorder.state !== 'inactive') {
      const stopped = new Promise((done) => recorder.addEventListener('stop', done, { once: true }));
      recorder.stop();
      await stopped;
    }
    clearInterval(this.timer);
    this.video.srcObject = null;
    for (const source of this.sources.values()) source.disconnect();
    void this.context.close();
    return new Blob(this.parts, { type: this.type });
  }

  private draw(): void {
    const paint = this.canvas.getContext('2d');
    if (!paint) return;
    paint.fillStyle = '#101614';
    paint.fillRect(0, 0, WIDTH, HEIGHT);
    const { videoWidth, videoHeight } = this.video;
    if (this.video.srcObject && videoWidth > 0) {
      const scale = Math.min(WIDTH / videoWidth, HEIGHT / videoHeight);
      const [width, height] = [videoWidth * scale, videoHeight * scale];
      paint.drawImage(this.video, (WIDTH - width) / 2, (HEIGHT - height) / 2, width, height);
      this.write(paint, 28, 24, HEIGHT - 24);
    } else {
      this.write(paint, 56, WIDTH / 2, HEIGHT / 2);
    }
  }

  private write(paint: CanvasRenderingContext2D, size: number, x: number, y: number): void {
    paint.font = `${size}px system-ui, sans-serif`;
    paint.textAlign = x === WIDTH / 2 ? 'center' : 'left';
    paint.lineWidth = size / 6;
    paint.strokeStyle = 'rgb(0 0 0 / 60%)';
    paint.strokeText(this.name, x, y);
    paint.fillStyle = '#fff';
    paint.fillText(this.name, x, y);
  }
}
