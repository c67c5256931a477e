import { shallowRef } from 'vue';

/** The one piece of music that plays. */
export const playing = shallowRef<HTMLAudioElement>();
