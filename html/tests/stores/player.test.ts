// One thing is heard at a time, wherever one is.
import { createPinia, setActivePinia } from 'pinia';
import { createApp } from 'vue';
import { beforeEach, expect, test, vi } from 'vitest';

import { addressesFor } from '../../src/connection/addresses';
import { SessionHttp } from '../../src/connection/session_http';
import { Link, provideLink } from '../../src/stores/link';
import { usePlayer, type Track } from '../../src/stores/player';
import { MemoryStorage } from '../support/browser';

/** Plays at once what is no bad address. */
class FakeAudio extends EventTarget {
  static made: FakeAudio[] = [];
  src = '';
  currentTime = 0;
  duration = NaN;
  playbackRate = 1;
  preload = '';

  constructor() {
    super();
    FakeAudio.made.push(this);
  }

  async play(): Promise<void> {
    if (this.src.includes('bad')) throw new Error('no sound');
    this.dispatchEvent(new Event('play'));
  }

  pause(): void {
    this.dispatchEvent(new Event('pause'));
  }

  load(): void {}
  removeAttribute(): void {
    this.src = '';
  }

  reach(seconds: number): void {
    this.currentTime = seconds;
    this.dispatchEvent(new Event('timeupdate'));
  }

  last(seconds: number): void {
    this.duration = seconds;
    this.dispatchEvent(new Event('durationchange'));
  }
}

let link: Link;
const track = (key: string, more: Partial<Track> = {}): Track => ({ key, conversation: 'lobby', seq: 1, url: `/${key}`, title: key, by: 'ann', seconds: 0, ...more });

beforeEach(() => {
  FakeAudio.made = [];
  vi.stubGlobal('Audio', FakeAudio);
  const pinia = createPinia();
  createApp({}).use(pinia);
  setActivePinia(pinia);
  const addresses = addressesFor('https://chat.example/');
  link = new Link({ addresses, http: new SessionHttp(addresses.session), storage: new MemoryStorage() });
  provideLink(pinia, link);
});

test('another track takes the place of the first, the same one is paused and goes on', async () => {
  const player = usePlayer();
  await player.toggle(track('one'));
  const [audio] = FakeAudio.made as [FakeAudio];
  audio.reach(3);
  expect([player.on, player.at]).toEqual([true, 3]);
  await player.toggle(track('one'));
  expect(player.on).toBe(false);
  await player.toggle(track('two'));
  expect([player.track?.key, player.at, player.on, audio.src]).toEqual(['two', 0, true, '/two']);
  expect(FakeAudio.made).toHaveLength(1);
});

test('it is sought and sped up, and the speed stays for what follows', async () => {
  const player = usePlayer();
  await player.toggle(track('one'));
  const [audio] = FakeAudio.made as [FakeAudio];
  audio.last(60);
  player.seek(500);
  expect([player.at, audio.currentTime]).toEqual([60, 60]);
  player.seek(-4);
  expect(player.at).toBe(0);
  player.faster();
  await player.toggle(track('two'));
  expect([player.rate, audio.playbackRate]).toEqual([1.25, 1.25]);
});

test('a recording that does not know its end has the length that was found', async () => {
  const player = usePlayer();
  await player.toggle(track('voice', { seconds: 7 }));
  const [audio] = FakeAudio.made as [FakeAudio];
  audio.last(Infinity);
  expect(player.length).toBe(7);
  player.seek(99);
  expect(player.at).toBe(7);
});

test('what cannot be played says so, and logging out ends it all', async () => {
  const player = usePlayer();
  await player.toggle(track('bad'));
  expect([player.broken, player.on]).toEqual([true, false]);
  await player.toggle(track('good'));
  expect(player.broken).toBe(false);
  link.events.emit('end', undefined);
  expect([player.track, player.on]).toEqual([null, false]);
});
