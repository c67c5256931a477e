import { isMisleading, linkAt, safeHref } from './links';
import type { Inline, Mention } from './nodes';

const MAX_DEPTH = 8;
const MARKS = [
  { mark: '**', kind: 'strong' },
  { mark: '__', kind: 'strong' },
  { mark: '~~', kind: 'strike' },
  { mark: '*', kind: 'emphasis' },
  { mark: '_', kind: 'emphasis' },
] as const;
const ESCAPABLE = /[\\`*_~[\]()>#.!-]/;
const WORD = /[\p{L}\p{N}]/u;
const LABEL = /\[([^\]\n]{1,500})\]\(([^\s()]{1,2000}(?:\([^\s()]*\)[^\s()]*)*)\)/y;

function isSpace(char: string): boolean {
  return char === '' || /\s/.test(char);
}

/** Reads the lines of one paragraph. One is made for each stretch of text. */
class InlineParser {
  private readonly nodes: Inline[] = [];
  private plain = '';
  private at = 0;
  /** Marks that nothing closes from here to the end, so that looking again costs nothing. */
  private readonly unclosed = new Set<string>();

  constructor(
    private readonly text: string,
    private readonly mentions: readonly Mention[],
    private readonly depth: number,
    private readonly inLink: boolean,
  ) {}

  parse(): Inline[] {
    while (this.at < this.text.length) {
      if (!this.take()) {
        this.plain += this.text.charAt(this.at);
        this.at += 1;
      }
    }
    this.flush();
    return this.nodes;
  }

  private take(): boolean {
    const char = this.text.charAt(this.at);
    if (char === '\\') return this.takeEscape();
    if (char === '`') return this.takeCode();
    if (char === '[') return !this.inLink && this.takeLabelled();
    if (char === '@' && this.takeMention()) return true;
    if (char === '*' || char === '_' || char === '~') return this.takeMarked();
    return !this.inLink && /[a-z0-9]/i.test(char) && this.takeBare();
  }

  private flush(): void {
    if (this.plain !== '') this.nodes.push({ kind: 'text', text: this.plain });
    this.plain = '';
  }

  private push(node: Inline, end: number): true {
    this.flush();
    this.nodes.push(node);
    this.at = end;
    return true;
  }

  private inner(text: string, inLink = this.inLink): Inline[] {
    return new InlineParser(text, this.mentions, this.depth + 1, inLink).parse();
  }

  private takeEscape(): boolean {
    const next = this.text.charAt(this.at + 1);
    if (next === '' || !ESCAPABLE.test(next)) return false;
    this.plain += next;
    this.at += 2;
    return true;
  }

  private takeCode(): boolean {
    let width = 1;
    while (this.text.charAt(this.at + width) === '`') width += 1;
    const mark = '`'.repeat(width);
    const from = this.at + width;
    const end = this.unclosed.has(mark) ? -1 : this.text.indexOf(mark, from);
    if (end <= from) {
      if (end < 0) this.unclosed.add(mark);
      this.plain += mark;
      this.at = from;
      return true;
    }
    const inside = this.text.slice(from, end);
    const text = /^ .*\S.* $/s.test(inside) ? inside.slice(1, -1) : inside;
    return this.push({ kind: 'code', text }, end + width);
  }

  private takeLabelled(): boolean {
    LABEL.lastIndex = this.at;
    const match = LABEL.exec(this.text);
    const [whole = '', words = '', address = ''] = match ?? [];
    const href = safeHref(address);
    if (!href) return false;
    const end = this.at + whole.length;
    const children: Inline[] = isMisleading(words, href)
      ? [{ kind: 'text', text: href }]
      : this.inner(words, true);
    return this.push({ kind: 'link', href, children }, end);
  }

  private takeMention(): boolean {
    if (/[a-z0-9]/i.test(this.text.charAt(this.at - 1))) return false;
    const from = this.at + 1;
    const found = this.mentions.find(
      ({ name }) => name !== '' && this.text.startsWith(name, from) && !/[a-z0-9_]/i.test(this.text.charAt(from + name.length)),
    );
    if (!found) return false;
    return this.push({ kind: 'mention', userId: found.userId, text: `@${found.name}` }, from + found.name.length);
  }

  private takeBare(): boolean {
    const link = linkAt(this.text, this.at);
    if (!link) return this.takeWord();
    return this.push(
      { kind: 'link', href: link.href, children: [{ kind: 'text', text: link.text }] },
      this.at + link.text.length,
    );
  }

  /** Letters up to where an address or a mark may begin, so that each is looked at once. */
  private takeWord(): boolean {
    let end = this.at + 1;
    while (end < this.text.length && /[a-z0-9]/i.test(this.text.charAt(end))) end += 1;
    this.plain += this.text.slice(this.at, end);
    this.at = end;
    return true;
  }

  private takeMarked(): boolean {
    for (const { mark, kind } of MARKS) {
      if (!this.text.startsWith(mark, this.at)) continue;
      const end = this.opens(mark) ? this.closerOf(mark) : -1;
      if (end < 0) continue;
      const inside = this.text.slice(this.at + mark.length, end);
      return this.push({ kind, children: this.inner(inside) }, end + mark.length);
    }
    let end = this.at;
    while (this.text.charAt(end) === this.text.charAt(this.at)) end += 1;
    this.plain += this.text.slice(this.at, end);
    this.at = end;
    return true;
  }

  private opens(mark: string): boolean {
    if (this.depth >= MAX_DEPTH || isSpace(this.text.charAt(this.at + mark.length))) return false;
    const before = this.text.charAt(this.at - 1);
    if (mark === '*') return !/[a-z0-9]/i.test(before);
    return mark[0] !== '_' || !WORD.test(before);
  }

  private closerOf(mark: string): number {
    if (this.unclosed.has(mark)) return -1;
    const from = this.at + mark.length + 1;
    for (let end = this.text.indexOf(mark, from); end >= 0; end = this.text.indexOf(mark, end + 1)) {
      if (this.closes(mark, end)) return end;
    }
    this.unclosed.add(mark);
    return -1;
  }

  private closes(mark: string, end: number): boolean {
    if (isSpace(this.text.charAt(end - 1)) || this.text.charAt(end - 1) === '\\') return false;
    const after = this.text.charAt(end + mark.length);
    if (mark.length === 1 && (after === mark || this.text.charAt(end - 1) === mark)) return false;
    return mark[0] !== '_' || !WORD.test(after);
  }
}

/**
 * Bold, italic, strike, code, links, addresses and mentions of a stretch of text. What is not well formed
 * stays text. `mentions` has longer names first.
 */
export function parseInline(text: string, mentions: readonly Mention[] = []): Inline[] {
  return new InlineParser(text, mentions, 0, false).parse();
}
