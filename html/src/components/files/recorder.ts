// A voice message while it is made: sound from the microphone, and how loud it was.
import { peaksOf } from './waveform';

export interface Recording {
  blob: Blob;
  seconds: number;
  peaks: number[];
}

/** What browsers can make and most of them can play, the best first. */
const TYPES = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'];
const BITS_PER_SECOND = 32_000;
const LOOK_MS = 60;

export class Recorder {
  /** How loud it was, from 0 to 1, once every LOOK_MS. */
  readonly levels: number[] = [];
  private readonly parts: Blob[] = [];
  private readonly begun = performance.now();
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly context = new AudioContext();
  private readonly recorder: MediaRecorder;

  private constructor(private readonly stream: MediaStream, private readonly heard: (seconds: number, level: number) => void) {
    const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
    this.recorder = new MediaRecorder(stream, { ...(type && { mimeType: type }), audioBitsPerSecond: BITS_PER_SECOND });
    this.recorder.ondataavailable = ({ data }) => data.size > 0 && this.parts.push(data);
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 1024;
    this.context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const level = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      this.levels.push(level);
      this.heard(this.seconds, level);
    }, LOOK_MS);
    this.recorder.start();
  }

  /** Asks for the microphone; throws what the browser throws. */
  static async start(heard: (seconds: number, level: number) => void): Promise<Recorder> {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, channelCount: 1 } });
    return new Recorder(stream, heard);
  }

  get seconds(): number {
    return (performance.now() - this.begun) / 1000;
  }

  async stop(): Promise<Recording> {
    const { seconds } = this;
    const stopped = new Promise((done) => { this.recorder.onstop = done; });
    this.recorder.stop();
    await stopped;
    this.release();
    // Without the parameters: what is sent is the plain type.
    const type = (this.recorder.mimeType || 'audio/webm').split(';')[0] as string;
    return { blob: new Blob(this.parts, { type }), seconds, peaks: peaksOf(this.levels) };
  }

  cancel(): void {
    if (this.recorder.state !== 'inactive') this.recorder.stop();
    this.release();
  }

  private release(): void {
    clearInterval(this.timer);
    for (const track of this.stream.getTracks()) track.stop();
    void this.context.close().catch(() => {});
  }
}
