// Whether there is anything about calls to show: what shows it, and makes calls, is loaded by that.
import { defineStore } from 'pinia';
import { ref } from 'vue';

import { MessageType, type CallOverview } from '../protocol/messages.gen';
import { useLink } from './link';

/** In the browser's storage while it keeps a recording that was not saved, see call/recording_keeper.ts. */
export const RECORDING_KEPT = 'call-recording';
const { call_ring, call_running, call_list } = MessageType;

export const useCallSigns = defineStore('callSigns', () => {
  const link = useLink();
  /** Set once, by the first call that there is, or by whoever may begin one. */
  const seen = ref(link.options.storage.getItem(RECORDING_KEPT) !== null);

  link.events.on('frame', ({ type }) => {
    if (type === call_ring || type === call_running) seen.value = true;
  });
  link.events.on('phase', (phase) => {
    if (phase !== 'online' || seen.value) return;
    void link.ask(call_list, {}, [call_list]).then(({ mess }) => {
      if ((mess as CallOverview).calls.length > 0) seen.value = true;
    }).catch(() => {});
  });

  return { seen };
});
