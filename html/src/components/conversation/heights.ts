// Heights of a long list's rows: measured ones, and a guess for the others. Sums and look-ups take logarithmic time.

export interface Keyed {
  key: string;
}

const FIRST_GUESS = 64;

/** The lowest bit of a position: how many rows a node of the tree sums up. */
const span = (at: number): number => at & -at;

export class Heights {
  private rows: readonly Keyed[] = [];
  private readonly measured = new Map<string, number>();
  private measuredSum = 0;
  private guess = FIRST_GUESS;
  private readonly values: number[] = [];
  /** A Fenwick tree over the values, its root at 1. */
  private readonly sums: number[] = [0];

  get count(): number {
    return this.values.length;
  }

  get total(): number {
    return this.offset(this.count);
  }

  /** The rows, in their order. What was measured of those that stay is kept; appending is cheap. */
  take(rows: readonly Keyed[]): void {
    const { count } = this;
    const appended = count > 0 && rows.length >= count
      && rows[0]?.key === this.rows[0]?.key && rows[count - 1]?.key === this.rows[count - 1]?.key;
    this.rows = rows;
    if (!appended) this.clear();
    for (let index = this.count; index < rows.length; index += 1) {
      this.push(this.measured.get((rows[index] as Keyed).key) ?? this.guess);
    }
  }

  /** Nothing measured holds any longer: the width changed. */
  forget(): void {
    const { rows } = this;
    this.clear();
    this.measured.clear();
    this.measuredSum = 0;
    this.take(rows);
  }

  set(index: number, height: number): void {
    const row = this.rows[index];
    if (!row) return;
    this.measuredSum += height - (this.measured.get(row.key) ?? 0);
    this.measured.set(row.key, height);
    const difference = height - (this.values[index] ?? 0);
    if (difference === 0) return;
    this.values[index] = height;
    for (let at = index + 1; at <= this.count; at += span(at)) this.sums[at] = (this.sums[at] ?? 0) + difference;
  }

  /** Height of everything before a row. */
  offset(index: number): number {
    let sum = 0;
    for (let at = Math.min(index, this.count); at > 0; at -= span(at)) sum += this.sums[at] ?? 0;
    return sum;
  }

  /** The row at a height from the top; the first or the last beyond them. */
  indexAt(offset: number): number {
    let at = 0;
    let left = offset;
    for (let step = 2 ** Math.floor(Math.log2(Math.max(1, this.count))); step >= 1; step /= 2) {
      const sum = this.sums[at + step];
      if (sum === undefined || sum > left) continue;
      at += step;
      left -= sum;
    }
    return Math.max(0, Math.min(at, this.count - 1));
  }

  private clear(): void {
    if (this.measured.size > 0) this.guess = this.measuredSum / this.measured.size;
    this.values.length = 0;
    this.sums.length = 1;
  }

  private push(height: number): void {
    const at = this.values.push(height);
    let sum = height;
    for (let part = at - 1; part > at - span(at); part -= span(part)) sum += this.sums[part] ?? 0;
    this.sums.push(sum);
  }
}
