// How the connection to the server fares, for the views; the work is in the room connection/.
import { defineStore } from 'pinia';
import { ref } from 'vue';

import type { Phase } from '../connection/connection';
import { refusalFrom, useLink } from './link';
import type { Refusal } from './model';

/**
 * idle: nobody is logged in; connecting: on the way, what was missed included; online: all is told and
 * everything comes live; waiting: the next try is at `retryAt`; stopped: for good, `refusal` says why.
 */
export type ConnectionPhase = Phase;

export const useConnection = defineStore('connection', () => {
  const link = useLink();
  const phase = ref<ConnectionPhase>('idle');
  /** True once this page was online: before, the views show the cache and "connecting". */
  const wasOnline = ref(false);
  const retryAt = ref(0);
  const refusal = ref<Refusal | null>(null);
  /** Bytes that a message may hold, and a file; 0 until the server told. */
  const maxMessageBytes = ref(0);
  const maxUploadBytes = ref(0);

  link.events.on('phase', (now) => {
    phase.value = now;
    retryAt.value = link.connection?.retryAt ?? 0;
    refusal.value = link.connection?.reason ? refusalFrom(link.connection.reason) : null;
    if (now !== 'online') return;
    wasOnline.value = true;
    maxMessageBytes.value = link.limits.message;
    maxUploadBytes.value = link.limits.upload;
  });
  link.events.on('end', () => {
    phase.value = 'idle';
    wasOnline.value = false;
  });

  /** Tries at once in place of waiting; after `stopped` it connects again (as after "logged in elsewhere"). */
  function retryNow(): void {
    if (phase.value === 'stopped') link.connection?.start();
    else link.connection?.wake();
  }

  return { phase, wasOnline, retryAt, refusal, maxMessageBytes, maxUploadBytes, retryNow };
});
