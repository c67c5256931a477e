// Keeps the ends of conversations in the cache, a moment after they changed.
import type { Link } from './link';
import { once } from './later';
import type { Timeline } from './timeline';

export function keepSnapshots(link: Link, timelineOf: (key: string) => Timeline | undefined) {
  const dirty = new Set<string>();

  const save = once(800, () => {
    const snapshots = [...dirty].flatMap((conversation) => {
      const timeline = timelineOf(conversation);
      const place = link.connection?.inbox.places.get(conversation);
      const last = timeline?.recent.at(-1);
      // Only what ends where the connection would resume may stand for it.
      if (!timeline || !place || place.seq !== (last?.seq ?? 0) || place.epoch !== timeline.epoch) return [];
      return [{
        conversation,
        epoch: place.epoch,
        seq: place.seq,
        firstSeq: timeline.firstSeq,
        entries: timeline.recent,
        time: (last?.timestamp ?? 0) * 1000,
      }];
    });
    dirty.clear();
    void link.cache?.putConversations(snapshots);
  });
  link.events.on('end', () => dirty.clear());

  return {
    changed(conversation: string): void {
      dirty.add(conversation);
      save.soon();
    },
  };
}
