import { ref } from 'vue';

/** Whether something was played: the bar that shows it is loaded by that. */
export const playing = ref(false);
