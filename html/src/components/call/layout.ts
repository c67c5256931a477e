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
