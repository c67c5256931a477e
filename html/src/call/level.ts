// How loud a microphone is, for a meter: 0 to 1; and its wave, to be drawn.

export class LevelMeter {
  private readonly context = new AudioContext();
  private readonly analyser: AnalyserNode;
  private readonly samples: Float32Array<ArrayBuffer>;
  private source: MediaStreamAudioSourceNode | null = null;

  /** `samples` of the last moment are looked at (a power of 2). */
  constructor(samples = 512) {
    this.analyser = new AnalyserNode(this.context, { fftSize: samples });
    this.samples = new Float32Array(samples);
  }

  listen(track: MediaStreamTrack | null): void {
    this.source?.disconnect();
    this.source = track ? this.context.createMediaStreamSource(new MediaStream([track])) : null;
    this.source?.connect(this.analyser);
    if (this.context.state === 'suspended') void this.context.resume().catch(() => {});
  }

  /** Of the last moment. Loudness is heard by its logarithm: -60 dB is 0, 0 dB is 1. */
  read(): number {
    if (!this.source) return 0;
    this.analyser.getFloatTimeDomainData(this.samples);
    return loudness(Math.sqrt(this.samples.reduce((sum, sample) => sum + sample * sample, 0) / this.samples.length));
  }

  /** The samples of the last moment, -1 to 1; the same array each time. */
  wave(): Readonly<Float32Array> {
    if (this.source) this.analyser.getFloatTimeDomainData(this.samples);
    else this.samples.fill(0);
    return this.samples;
  }

  close(): void {
    this.source?.disconnect();
    void this.context.close();
  }
}

export const loudness = (amplitude: number): number =>
  (amplitude > 0 ? Math.min(1, Math.max(0, 1 + (20 * Math.log10(amplitude)) / 60)) : 0);
