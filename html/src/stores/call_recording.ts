// Recordings of a call: this page's own, for which it asks everybody inside, and those that others ask for.
import { ref, shallowRef } from 'vue';

import { Consent, type Asked } from '../call/consent';
import { Recorder, type Scene } from '../call/recorder';
import { RecordingKeeper } from '../call/recording_keeper';
import { recordingName, saveFile } from '../call/save';
import type { RecordingStep } from '../call/signal';
import { newId } from '../protocol/ids';

/** Why a recording ended; `refused`: somebody does not agree, or not any more. */
export interface RecordingEnd {
  why: 'stopped' | 'refused';
  userId: string;
  /** Whether there was something to save. */
  saved: boolean;
}

export interface RecordingOptions {
  userId: string;
  /** Everybody else inside. */
  people(): Asked[];
  say(userId: string, step: RecordingStep): void;
  scene(): Scene;
  /** `state` is another one. */
  changed(): void;
  /** The browser keeps something of a recording, until it is saved. */
  kept(): void;
}

export class CallRecording {
  /** asking: waits for answers, and records nothing. */
  readonly state = ref<'off' | 'asking' | 'running'>('off');
  /** Who has not answered. */
  readonly missing = shallowRef<readonly string[]>([]);
  readonly ended = shallowRef<RecordingEnd | null>(null);
  /** Who asks this user, and who was told yes. */
  readonly asks = shallowRef<readonly string[]>([]);
  readonly agreed = shallowRef<readonly string[]>([]);
  private readonly others = new Map<string, number>();
  private consent: Consent | null = null;
  private recorder: Recorder | null = null;
  private keeper: RecordingKeeper | null = null;
  private began = 0;

  constructor(private readonly options: RecordingOptions) {}

  start(): void {
    if (this.consent) return;
    this.ended.value = null;
    this.consent = new Consent((userId) => this.options.say(userId, 'ask'));
    this.follow();
  }

  stop(): Promise<void> {
    return this.finish('stopped');
  }

  /** Answers somebody who asks; "no" also takes an earlier "yes" back. */
  answer(userId: string, yes: boolean): void {
    this.asks.value = this.asks.value.filter((id) => id !== userId);
    this.agreed.value = [...this.agreed.value.filter((id) => id !== userId), ...(yes ? [userId] : [])];
    this.options.say(userId, yes ? 'agree' : 'refuse');
  }

  take(userId: string, step: RecordingStep): void {
    if (step === 'agree' || step === 'refuse') {
      this.consent?.take(userId, step === 'agree');
      return this.settle();
    }
    this.forget(userId);
    if (step === 'ask') this.asks.value = [...this.asks.value, userId];
  }

  /** Somebody came or went. */
  follow(): void {
    const people = this.options.people();
    for (const [userId, stay] of this.others) {
      if (people.find(({ id }) => id === userId)?.stay !== stay) this.forget(userId);
    }
    this.others.clear();
    for (const { id, stay } of people) this.others.set(id, stay);
    this.consent?.follow(people);
    this.settle();
  }

  /** What is to be seen and heard may have changed. */
  update(): void {
    this.recorder?.show(this.options.scene());
  }

  private settle(): void {
    const { consent } = this;
    if (!consent) return;
    if (consent.state === 'refused') return void this.finish('refused', consent.refusedBy);
    const given = consent.state === 'given';
    this.missing.value = consent.missing;
    if (given && !this.recorder) this.begin();
    this.recorder?.setPaused(!given);
    this.update();
    this.enter(given ? 'running' : 'asking');
  }

  private begin(): void {
    const recorder = this.recorder = new Recorder((part) => this.keeper?.add(part));
    this.began = Date.now();
    this.keeper = new RecordingKeeper(this.options.userId, { id: newId(), type: recorder.type, began: this.began });
    this.options.kept();
  }

  private async finish(why: RecordingEnd['why'], userId = ''): Promise<void> {
    const { consent, recorder, keeper, began } = this;
    if (!consent) return;
    this.consent = this.recorder = this.keeper = null;
    this.missing.value = [];
    for (const { id } of this.options.people()) this.options.say(id, 'over');
    this.enter('off');
    const file = await recorder?.stop();
    const saved = file !== undefined && file.size > 0;
    if (saved) saveFile(file, recordingName(file.type, new Date(began)));
    void keeper?.drop();
    this.ended.value = { why, userId, saved };
  }

  private enter(state: CallRecording['state']['value']): void {
    if (this.state.value === state) return;
    this.state.value = state;
    this.options.changed();
  }

  private forget(userId: string): void {
    this.asks.value = this.asks.value.filter((id) => id !== userId);
    this.agreed.value = this.agreed.value.filter((id) => id !== userId);
  }
}
