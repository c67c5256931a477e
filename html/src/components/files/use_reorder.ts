import { ref, type Ref } from 'vue';

/**
 * Has the rows of a list put in another order by pulling them. `begin` is for a row's handle; the list hears the
 * rest, as a row that moves would lose the pointer.
 */
export function useReorder(list: Ref<HTMLElement | undefined>, move: (at: number, to: number) => void) {
  /** The row that is pulled; -1: none. */
  const pulled = ref(-1);

  function begin(event: PointerEvent, at: number): void {
    if (event.button !== 0) return;
    event.preventDefault();
    list.value?.setPointerCapture(event.pointerId);
    pulled.value = at;
  }

  function pull(event: PointerEvent): void {
    if (pulled.value < 0) return;
    const rows = [...list.value?.children ?? []];
    const below = rows.findIndex((row) => event.clientY < row.getBoundingClientRect().bottom);
    const to = below < 0 ? rows.length - 1 : below;
    if (to === pulled.value) return;
    move(pulled.value, to);
    pulled.value = to;
  }

  function end(): void {
    pulled.value = -1;
  }

  return { pulled, begin, pull, end };
}
