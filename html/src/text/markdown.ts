import { parseInline } from './inline';
import type { Block, Mention } from './nodes';

const FENCE = /^\s{0,3}```([\w+#.-]{0,20})\s*$/;
const QUOTE = /^\s{0,3}> ?/;
const ITEM = /^(\s{0,6})([-*+]|\d{1,6}[.)])\s+(?=\S)/;
const MAX_DEPTH = 5;

/** Reads lines of text into blocks. */
class BlockParser {
  private readonly blocks: Block[] = [];
  private paragraph: string[] = [];
  private at = 0;

  constructor(
    private readonly lines: readonly string[],
    private readonly mentions: readonly Mention[],
    private readonly depth: number,
  ) {}

  parse(): Block[] {
    while (this.at < this.lines.length) {
      const line = this.line(this.at);
      if (FENCE.test(line)) this.takeCode(line);
      else if (this.depth < MAX_DEPTH && QUOTE.test(line)) this.takeQuote();
      else if (this.depth < MAX_DEPTH && ITEM.test(line)) this.takeList();
      else this.takeLine(line);
    }
    this.endParagraph();
    return this.blocks;
  }

  private line(at: number): string {
    return this.lines[at] ?? '';
  }

  private inner(lines: readonly string[]): Block[] {
    return new BlockParser(lines, this.mentions, this.depth + 1).parse();
  }

  private takeLine(line: string): void {
    if (line.trim() === '') this.endParagraph();
    else this.paragraph.push(line);
    this.at += 1;
  }

  private endParagraph(): void {
    if (this.paragraph.length === 0) return;
    this.blocks.push({ kind: 'paragraph', children: parseInline(this.paragraph.join('\n'), this.mentions) });
    this.paragraph = [];
  }

  private takeCode(opening: string): void {
    const language = FENCE.exec(opening)?.[1] ?? '';
    let end = this.at + 1;
    while (end < this.lines.length && !/^\s{0,3}```\s*$/.test(this.line(end))) end += 1;
    this.endParagraph();
    this.blocks.push({ kind: 'code_block', language, text: this.lines.slice(this.at + 1, end).join('\n') });
    this.at = end + 1;
  }

  private takeQuote(): void {
    this.endParagraph();
    const inside: string[] = [];
    while (this.at < this.lines.length && QUOTE.test(this.line(this.at))) {
      inside.push(this.line(this.at).replace(QUOTE, ''));
      this.at += 1;
    }
    this.blocks.push({ kind: 'quote', children: this.inner(inside) });
  }

  private takeList(): void {
    this.endParagraph();
    const first = ITEM.exec(this.line(this.at));
    const [, indent = '', mark = ''] = first ?? [];
    const ordered = /\d/.test(mark);
    const items: string[][] = [];
    for (; this.at < this.lines.length; this.at += 1) {
      const line = this.line(this.at);
      const item = ITEM.exec(line);
      const nested = line.search(/\S/) >= indent.length + 2;
      if (item && !nested) {
        if (/\d/.test(item[2] ?? '') !== ordered) break;
        items.push([line.slice(item[0].length)]);
      } else if (nested) {
        items.at(-1)?.push(line.slice(indent.length + 2));
      } else {
        break;
      }
    }
    const start = ordered ? parseInt(mark, 10) : 1;
    this.blocks.push({ kind: 'list', ordered, start, items: items.map((lines) => this.inner(lines)) });
  }
}

/**
 * Text in a safe subset of Markdown: bold, italic, strike, code, code blocks, quotes, lists, links,
 * mentions. What is not well formed stays text, and no text is an error.
 */
export function parseMarkdown(text: string, mentions: readonly Mention[] = []): Block[] {
  const longestFirst = [...mentions].sort((a, b) => b.name.length - a.name.length);
  return new BlockParser(text.split('\n'), longestFirst, 0).parse();
}
