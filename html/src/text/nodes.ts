/** What stands in a line of a message. */
export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'strong' | 'emphasis' | 'strike'; children: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; href: string; children: Inline[] }
  | { kind: 'mention'; userId: string; text: string };

/** What a message consists of. */
export type Block =
  | { kind: 'paragraph'; children: Inline[] }
  | { kind: 'code_block'; language: string; text: string }
  | { kind: 'quote'; children: Block[] }
  | { kind: 'list'; ordered: boolean; start: number; items: Block[][] };

/** Somebody whom a message mentions, and the name by which its text does. `0` is everybody. */
export interface Mention {
  userId: string;
  name: string;
}

function wordsOf(nodes: readonly Inline[]): string {
  return nodes.map((node) => ('children' in node ? wordsOf(node.children) : node.text)).join('');
}

/** What a message says in one line: for lists, quotes and notices. */
export function summaryOf(blocks: readonly Block[]): string {
  const words = blocks.map((block) => {
    if (block.kind === 'paragraph') return wordsOf(block.children);
    if (block.kind === 'code_block') return block.text;
    if (block.kind === 'quote') return summaryOf(block.children);
    return block.items.map(summaryOf).join(' ');
  });
  return words.join(' ').replace(/\s+/g, ' ').trim();
}
