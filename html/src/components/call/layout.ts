/** Where the tile at `index` begins, in halves of columns: a last row that is not full stands in the middle. */
export function beginOf(index: number, count: number, columns: number): number | null {
  const rest = count % columns;
  return rest > 0 && index === count - rest ? columns - rest + 1 : null;
}

/** Columns for `count` pictures of about 4:3 in a box, so that they are as large as they can be. */
export function columnsFor(count: number, width: number, height: number): number {
  let best = { columns: 1, size: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const size = Math.min(width / columns, (height / rows) * (4 / 3));
    if (size > best.size + 0.5) best = { columns, size };
  }
  return best.columns;
}
