import { useMediaQuery } from '@vueuse/core';

/** One column: the list or the conversation, as on a phone. */
export const isNarrow = useMediaQuery('(max-width: 760px)');
/** Room for a panel beside the conversation. */
export const isWide = useMediaQuery('(min-width: 1080px)');
/** There is a mouse: no keyboard hides half of the screen when a field gets the focus. */
export const hasMouse = useMediaQuery('(hover: hover) and (pointer: fine)');
