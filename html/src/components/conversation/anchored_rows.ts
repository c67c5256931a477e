// A long list of which the page holds what is near the view only. Rows lie in the normal flow; padding stands for those
// that are not drawn. What is in view stays where it is, whatever is put before it or turns out higher than thought: a
// row in view is the anchor, and before the browser paints its place is compared with where it was. Whoever is at the
// end stays there.
import { useResizeObserver } from '@vueuse/core';
import { computed, ref, shallowRef, watch, type Ref } from 'vue';

import { Heights, type Keyed } from './heights';

/** Pixels drawn beyond the view; half of them are used up before more is drawn. */
const BEYOND = 900;
/** Pixels from the end at which scrolling down arrives there. */
const AT_END = 48;
/** Below this it is rounding. */
const PIXEL = 0.5;

interface Given<R extends Keyed> {
  rows: Ref<readonly R[]>;
  scroller: Ref<HTMLElement | undefined>;
  /** Inside the scroller; its children are the elements of `shown`, in that order and nothing else. */
  body: Ref<HTMLElement | undefined>;
  /** Whether the last row is the end: whoever is there follows what is appended. */
  ends: () => boolean;
  /** Called after each scrolling and each change of what is drawn. */
  looked: (byUser: boolean) => void;
}

interface Wanted {
  key: string;
  align: 'start' | 'center';
  /** Pixels left free above it. */
  gap: number;
}

export function useAnchoredRows<R extends Keyed>({ rows, scroller, body, ends, looked }: Given<R>) {
  const heights = new Heights();
  const range = shallowRef({ from: 0, to: 0 });
  const shown = computed(() => rows.value.slice(range.value.from, range.value.to));
  /** At the end, and staying there. */
  const stuck = ref(true);
  /** What the page holds now: `shown`, as of the last drawing. */
  let drawn: readonly R[] = [];
  /** The padding for the rows before those that are drawn. It takes up what their heights were misjudged by. */
  let above = 0;
  /** The padding is to be what the heights say. */
  let anew = true;
  let anchor: { key: string; y: number } | null = null;
  let wanted: Wanted | null = null;
  let lastTop = 0;
  let lastWidth = 0;
  let hadFocus = false;

  heights.take(rows.value);

  /** Pixels from the top of what is scrolled. */
  function topOf(element: Element, view: HTMLElement): number {
    return element.getBoundingClientRect().top - view.getBoundingClientRect().top + view.scrollTop;
  }

  const elementOf = (key: string): Element | undefined => body.value?.children[drawn.findIndex((row) => row.key === key)];
  const restOf = (view: HTMLElement): number => view.scrollHeight - view.scrollTop - view.clientHeight;

  /** What makes of a place in the scroller the place among all rows. */
  function shiftOf(view: HTMLElement, holder: HTMLElement): number {
    return heights.offset(range.value.from) - topOf(holder, view) - above;
  }

  /** Remembers a row in view, and where it is: one that begins in view, if it is not far down. */
  function pick(): void {
    const [view, holder] = [scroller.value, body.value];
    anchor = null;
    if (!view || !holder || drawn.length === 0) return;
    const top = view.scrollTop;
    const first = heights.indexAt(top + shiftOf(view, holder)) - range.value.from;
    let at = Math.max(0, Math.min(drawn.length - 1, first));
    const [here, next] = [holder.children[at], holder.children[at + 1]];
    if (here && next && topOf(here, view) < top - PIXEL && topOf(next, view) < top + view.clientHeight / 2) at += 1;
    const [element, row] = [holder.children[at], drawn[at]];
    if (element && row) anchor = { key: row.key, y: topOf(element, view) };
  }

  /** The rows about a place among all of them. */
  function around(offset: number): { from: number; to: number } {
    const reach = (scroller.value?.clientHeight ?? 0) + BEYOND;
    return { from: heights.indexAt(offset - reach), to: Math.min(heights.count, heights.indexAt(offset + reach) + 1) };
  }

  /** Draws what is near the view, when not all of it is drawn or much more than that. */
  function cover(): void {
    const [view, holder] = [scroller.value, body.value];
    if (!view || !holder || heights.count === 0 || view.clientHeight === 0) return;
    const { from, to } = range.value;
    const [top, bottom] = [view.scrollTop, view.scrollTop + view.clientHeight];
    const begin = topOf(holder, view) + above;
    const end = begin + heights.offset(to) - heights.offset(from);
    const enough = (from === 0 || begin <= top - BEYOND / 2) && (to === heights.count || end >= bottom + BEYOND / 2);
    if (enough && begin >= top - 3 * BEYOND && end <= bottom + 3 * BEYOND) return;
    // Far from all that is drawn, as after dragging the scroll bar: there is nothing to keep.
    const far = bottom < begin || top > end;
    const shift = far ? -topOf(holder, view) : shiftOf(view, holder);
    const next = { from: heights.indexAt(top - BEYOND + shift), to: heights.indexAt(bottom + BEYOND + shift) + 1 };
    if (next.from === from && next.to === to) return;
    if (far) anchor = null;
    anew ||= far;
    if (!anew) above += heights.offset(next.from) - heights.offset(from);
    hadFocus = holder.contains(document.activeElement);
    range.value = next;
  }

  function pad(holder: HTMLElement): void {
    holder.style.paddingTop = `${above}px`;
    holder.style.paddingBottom = `${heights.total - heights.offset(range.value.to)}px`;
  }

  /** Puts the anchor back: by the padding, which disturbs no scrolling under way; by scrolling where that cannot be. */
  function hold(view: HTMLElement, holder: HTMLElement): void {
    const element = anchor && elementOf(anchor.key);
    if (!anchor || !element) return;
    let moved = topOf(element, view) - anchor.y;
    if (!anew && range.value.from > 0 && above - moved > 0) {
      above -= moved;
      pad(holder);
      moved = topOf(element, view) - anchor.y;
    }
    if (Math.abs(moved) >= PIXEL) view.scrollTop += moved;
  }

  function place(view: HTMLElement, { key, align, gap }: Wanted): void {
    const element = elementOf(key);
    if (!element) return;
    const free = view.clientHeight - element.getBoundingClientRect().height;
    view.scrollTop = topOf(element, view) - (align === 'center' ? Math.max(gap, free / 2) : gap);
  }

  /** After rows were drawn or changed their size, and before that is painted. */
  function settle(): void {
    const [view, holder] = [scroller.value, body.value];
    if (!view || !holder || view.clientHeight === 0) return;
    drawn = shown.value;
    const { from } = range.value;
    const measured = Array.from(holder.children, (element) => element.getBoundingClientRect().height);
    for (const [at, height] of measured.entries()) heights.set(from + at, height);
    if (above < 0) anew = true;
    if (from === 0) above = 0;
    else if (anew) above = heights.offset(from);
    pad(holder);
    if (wanted) place(view, wanted);
    else if (stuck.value) view.scrollTop = view.scrollHeight;
    else hold(view, holder);
    anew = false;
    wanted = null;
    lastTop = view.scrollTop;
    if (ends() && restOf(view) < 1) stuck.value = true;
    if (hadFocus && document.activeElement === document.body) view.focus({ preventScroll: true });
    hadFocus = false;
    pick();
  }

  /** Which rows to draw after they changed: around the one wanted, at the end, or those that are drawn. */
  function rangeAfter(before: readonly R[]): { from: number; to: number } {
    const now = rows.value;
    if (wanted || stuck.value) anew = true;
    if (wanted) return around(heights.offset(now.findIndex(({ key }) => key === wanted?.key)));
    if (stuck.value) return around(heights.total);
    const indexOf = (list: readonly R[], key: string | undefined) => list.findIndex((row) => row.key === key);
    const kept = [anchor?.key, drawn[0]?.key, drawn.at(-1)?.key].find((key) => key && indexOf(now, key) >= 0);
    if (!kept) {
      anew = true;
      return around(0);
    }
    const shift = indexOf(now, kept) - indexOf(before, kept);
    anew ||= shift !== 0;
    const { from, to } = range.value;
    return { from: Math.max(0, from + shift), to: Math.min(now.length, to + shift) };
  }

  watch(rows, (now, before) => {
    pick();
    heights.take(now);
    range.value = rangeAfter(before);
  }, { flush: 'pre' });

  watch([shown, body], () => {
    settle();
    cover();
    looked(false);
  }, { flush: 'post' });

  useResizeObserver([scroller, body], () => {
    const width = body.value?.clientWidth ?? 0;
    if (width !== lastWidth && lastWidth > 0) {
      heights.forget();
      anew = true;
    }
    lastWidth = width;
    settle();
    // Not at once: what is observed may not change again while it is observed.
    requestAnimationFrame(() => {
      cover();
      looked(false);
    });
  });

  /** To be called for each scroll event. */
  function scrolled(): void {
    const view = scroller.value;
    if (!view) return;
    const before = lastTop;
    const rest = restOf(view);
    lastTop = view.scrollTop;
    if (!ends()) stuck.value = false;
    else if (rest < 1 || (lastTop > before + PIXEL && rest < AT_END)) stuck.value = true;
    else if (lastTop < before - PIXEL) stuck.value = false;
    pick();
    cover();
    looked(Math.abs(lastTop - before) > PIXEL);
  }

  function show(next: { from: number; to: number }): void {
    anew = true;
    range.value = next;
  }

  /** To the last row, to stay there. */
  function toEnd(): void {
    stuck.value = true;
    wanted = null;
    heights.take(rows.value);
    show(around(heights.total));
  }

  /** To a row: its beginning `gap` pixels below the view's, or its middle in the middle. */
  function toRow(index: number, align: Wanted['align'], gap = 0): void {
    const row = rows.value[index];
    if (!row) return;
    stuck.value = false;
    wanted = { key: row.key, align, gap };
    heights.take(rows.value);
    show(around(heights.offset(index)));
  }

  /** Pixels of rows before the view, and after it. */
  function beyond(): { before: number; after: number } {
    const [view, holder] = [scroller.value, body.value];
    if (!view || !holder) return { before: 0, after: 0 };
    const before = view.scrollTop + shiftOf(view, holder);
    return { before, after: heights.total - before - view.clientHeight };
  }

  /** The last row that is seen, by at least so many pixels. */
  function lastSeen(least: number): R | undefined {
    return rows.value[heights.indexAt(heights.total - beyond().after - least)];
  }

  return { shown, stuck, scrolled, toEnd, toRow, beyond, lastSeen };
}
