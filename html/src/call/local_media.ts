// This page's own microphone, camera and screen. Muting keeps the microphone, so that it is back at once; a camera that
// is off is let go of, so that its light goes out.
import { Emitter } from '../connection/emitter';
import { obstacle, problemOf, type MediaProblem } from './media_errors';
import { NO_TRACKS, type Slot, type Tracks } from './peer_connection';

export interface Choices {
  microphone: string;
  camera: string;
}

export interface LocalMediaEvents {
  /** Tracks or `muted` changed. */
  changed: void;
}

export type Devices = Pick<MediaDevices, 'getUserMedia'> & Partial<Pick<MediaDevices, 'getDisplayMedia'>>;

export class LocalMedia {
  readonly events = new Emitter<LocalMediaEvents>();
  tracks: Tracks = NO_TRACKS;
  muted = false;
  /** Why there is no microphone or camera, though it was asked for. */
  problems: Partial<Record<Slot, MediaProblem>> = {};
  /** What `open` asked for and the browser has not given yet. */
  readonly awaited = new Set<Slot>();
  private closed = false;

  constructor(private choices: Choices, private readonly devices: () => Devices = () => navigator.mediaDevices) {}

  /** Asks for what is wanted, together so that the browser asks once; without one of them it goes on with the other. */
  async open(wanted: { audio: boolean; camera: boolean }): Promise<void> {
    const missing = { audio: wanted.audio && !this.tracks.audio, camera: wanted.camera && !this.tracks.camera };
    const slots = (['audio', 'camera'] as const).filter((slot) => missing[slot]);
    for (const slot of slots) this.awaited.add(slot);
    if (missing.audio && missing.camera) {
      const stream = await this.devicesNow()?.getUserMedia({ audio: this.audioWanted(), video: this.videoWanted() }).catch(() => null);
      if (stream) {
        this.put('audio', stream.getAudioTracks()[0] ?? null);
        return this.put('camera', stream.getVideoTracks()[0] ?? null);
      }
    }
    for (const slot of slots) await this.fetch(slot);
  }

  setMuted(muted: boolean): void {
    this.muted = muted;
    if (this.tracks.audio) this.tracks.audio.enabled = !muted;
    this.events.emit('changed', undefined);
  }

  async setCamera(on: boolean): Promise<void> {
    if (!on) this.put('camera', null);
    else if (!this.tracks.camera) await this.fetch('camera');
  }

  /** Asks which screen; ends by itself when the user stops it in the browser's own bar. */
  async setScreen(on: boolean): Promise<void> {
    if (on) await this.fetch('screen');
    else this.put('screen', null);
  }

  /** Changes devices while they are in use. */
  async choose(choices: Choices): Promise<void> {
    const before = this.choices;
    this.choices = choices;
    if (this.tracks.audio && choices.microphone !== before.microphone) await this.fetch('audio');
    if (this.tracks.camera && choices.camera !== before.camera) await this.fetch('camera');
  }

  close(): void {
    this.closed = true;
    for (const slot of ['audio', 'camera', 'screen'] as const) this.put(slot, null);
  }

  private devicesNow(): Devices | null {
    return obstacle() ? null : this.devices();
  }

  private audioWanted(chosen = this.choices.microphone): MediaTrackConstraints {
    return { ...device(chosen), echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  }

  private videoWanted(chosen = this.choices.camera): MediaTrackConstraints {
    return { ...device(chosen), width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
  }

  private async fetch(slot: Slot): Promise<void> {
    try {
      const devices = this.devicesNow();
      if (!devices || (slot === 'screen' && !devices.getDisplayMedia)) throw new TypeError('no devices');
      const stream = slot === 'screen'
        ? await devices.getDisplayMedia?.({ video: { frameRate: { max: 15 } }, audio: false })
        : await this.fetchDevice(devices, slot);
      this.put(slot, stream?.getTracks()[0] ?? null);
    } catch (error) {
      const problem = obstacle() ?? problemOf(error);
      this.problems = { ...this.problems, [slot]: problem };
      this.awaited.delete(slot);
      this.events.emit('changed', undefined);
    }
  }

  /** The chosen device, or any when that one is gone. */
  private async fetchDevice(devices: Devices, slot: Slot): Promise<MediaStream> {
    const wanted = (chosen?: string): MediaStreamConstraints =>
      (slot === 'audio' ? { audio: this.audioWanted(chosen) } : { video: this.videoWanted(chosen) });
    try {
      return await devices.getUserMedia(wanted());
    } catch (error) {
      if ((error as Error).name !== 'OverconstrainedError') throw error;
      return await devices.getUserMedia(wanted(''));
    }
  }

  private put(slot: Slot, track: MediaStreamTrack | null): void {
    // What was asked for in time may come too late.
    if (this.closed && track) return track.stop();
    this.awaited.delete(slot);
    const before = this.tracks[slot];
    const { [slot]: _, ...problems } = this.problems;
    this.problems = problems;
    if (before) {
      before.onended = null;
      before.stop();
    }
    if (track) {
      if (slot === 'audio') track.enabled = !this.muted;
      if (slot === 'screen' && 'contentHint' in track) track.contentHint = 'detail';
      // Unplugged, or stopped in the browser's own bar.
      track.onended = () => {
        this.put(slot, null);
        if (slot !== 'screen') void this.fetch(slot);
      };
    }
    this.tracks = { ...this.tracks, [slot]: track };
    this.events.emit('changed', undefined);
  }
}

/** Exactly that one: a mere wish gives way to the wished size of the picture. */
const device = (id: string): MediaTrackConstraints => (id ? { deviceId: { exact: id } } : {});
