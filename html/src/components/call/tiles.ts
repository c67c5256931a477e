import { computed, type ComputedRef } from 'vue';

import type { Verdict } from '../../call/doctor';
import type { CallSession } from '../../stores/call_session';

/** A picture of the grid: a person, or a screen that somebody shows. */
export interface Tile {
  key: string;
  userId: string;
  own: boolean;
  kind: 'person' | 'screen';
  /** Null: nothing to see, the face stands in its place. */
  stream: MediaStream | null;
  muted: boolean;
  /** This one records the call. */
  recording: boolean;
  speaking: boolean;
  tampered: boolean;
  verdict: Verdict;
  /** What there is to wait for; "": nothing. */
  note: '' | 'ringing' | 'connecting' | 'interrupted' | 'away';
}

/** Everybody of a call, oneself last; screens come first. */
export function useTiles(session: CallSession, me: () => string): ComputedRef<Tile[]> {
  let camera: { track: MediaStreamTrack; stream: MediaStream } | null = null;
  let screen: { track: MediaStreamTrack; stream: MediaStream } | null = null;
  const streamOf = (kept: typeof camera, track: MediaStreamTrack | null) =>
    (!track ? null : kept?.track === track ? kept : { track, stream: new MediaStream([track]) });

  return computed(() => {
    const tiles: Tile[] = [];
    for (const { id, state, media, connection, speaking, tampered, verdict, ...streams } of session.people.values()) {
      const common = { userId: id, own: false, verdict, tampered };
      if (media.screen) tiles.push({ ...common, key: `screen:${id}`, kind: 'screen', stream: streams.screen ?? streams.camera, muted: false, recording: false, speaking: false, note: '' });
      const legacy = session.call.value.members.find(({ user_id }) => user_id === id)?.legacy ?? false;
      // Of one who is called, the head of the call says so.
      const note = state === 'ringing' ? (session.people.size > 1 ? 'ringing' : '') : connection === 'connected' ? '' : state === 'away' ? 'away' : connection;
      tiles.push({
        ...common, key: id, kind: 'person', stream: media.camera || legacy ? streams.camera : null,
        muted: state !== 'ringing' && media.muted === true, recording: media.recording === true, speaking, note,
      });
    }
    const own = { userId: me(), own: true, verdict: 'good' as const, tampered: false, note: '' as const };
    screen = streamOf(screen, session.media.value.screen);
    camera = streamOf(camera, session.media.value.camera);
    if (screen) tiles.push({ ...own, key: 'screen', kind: 'screen', stream: screen.stream, muted: false, recording: false, speaking: false });
    tiles.push({
      ...own, key: 'own', kind: 'person', stream: camera?.stream ?? null, muted: session.muted.value, speaking: session.speaking.value,
      recording: session.recording.state.value === 'running',
    });
    return tiles;
  });
}
