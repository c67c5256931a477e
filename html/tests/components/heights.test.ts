import { expect, it } from 'vitest';

import { Heights } from '../../src/components/conversation/heights';

const keyed = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => ({ key: `k${from + index}` }));

/** What it says, computed the slow way. */
function sumsOf(heights: Heights): number[] {
  return Array.from({ length: heights.count + 1 }, (_, index) => heights.offset(index));
}

it('sums what was measured, and guesses the rest from it', () => {
  const heights = new Heights();
  heights.take(keyed(0, 5));
  [10, 20, 30].forEach((height, index) => heights.set(index, height));
  expect(sumsOf(heights).slice(0, 4)).toEqual([0, 10, 30, 60]);
  heights.take(keyed(-2, 5));
  expect(sumsOf(heights)).toEqual([0, 20, 40, 50, 70, 100, 120, 140]);
});

it('finds the row at a height, and the nearest beyond the ends', () => {
  const heights = new Heights();
  heights.take(keyed(0, 6));
  [10, 20, 30, 5, 5, 40].forEach((height, index) => heights.set(index, height));
  expect([-5, 0, 9.9, 10, 29, 30, 60, 64, 65, 70, 109, 200].map((at) => heights.indexAt(at))).toEqual([0, 0, 0, 1, 1, 2, 3, 3, 4, 5, 5, 5]);
  expect(new Heights().indexAt(7)).toBe(0);
});

it('keeps what stays, whatever comes before or behind it', () => {
  const heights = new Heights();
  heights.take(keyed(10, 14));
  [1, 2, 3, 4].forEach((height, index) => heights.set(index, height));
  heights.take(keyed(10, 16));
  expect(heights.offset(4)).toBe(10);
  heights.take(keyed(8, 16));
  expect(heights.offset(6) - heights.offset(2)).toBe(10);
  heights.take(keyed(12, 13));
  expect(heights.total).toBe(3);
});

it('agrees with plain sums after many changes', () => {
  const heights = new Heights();
  const values: number[] = [];
  heights.take(keyed(0, 1000));
  for (let step = 0; step < 5000; step += 1) {
    const index = step * 7919 % 1000;
    values[index] = (step * 31 + 7) % 90;
    heights.set(index, values[index]);
  }
  let sum = 0;
  values.forEach((value, index) => {
    expect(heights.offset(index)).toBe(sum);
    if (value > 0) expect(heights.indexAt(sum)).toBe(index);
    sum += value;
  });
});

it('forgets measures when the width changes, and begins from their mean', () => {
  const heights = new Heights();
  heights.take(keyed(0, 4));
  [10, 20, 30, 40].forEach((height, index) => heights.set(index, height));
  heights.forget();
  expect(heights.total).toBe(100);
  heights.set(0, 5);
  expect(heights.total).toBe(80);
});
