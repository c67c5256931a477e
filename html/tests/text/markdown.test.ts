import { describe, expect, it } from 'vitest';

import { countOnlyEmoji } from '../../src/text/emoji';
import { parseInline } from '../../src/text/inline';
import { parseMarkdown } from '../../src/text/markdown';
import { summaryOf, type Inline } from '../../src/text/nodes';

/** A short spelling of nodes, for comparison. */
function spell(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return node.text;
      if (node.kind === 'code') return `{code ${node.text}}`;
      if (node.kind === 'mention') return `{@${node.userId}}`;
      if (node.kind === 'link') return `{link ${node.href} ${spell(node.children)}}`;
      return `{${node.kind} ${spell(node.children)}}`;
    })
    .join('');
}

describe('inline', () => {
  it.each([
    ['**bold** and *it*', '{strong bold} and {emphasis it}'],
    ['__bold__ _it_ ~~no~~', '{strong bold} {emphasis it} {strike no}'],
    ['**bold _both_**', '{strong bold {emphasis both}}'],
    ['中文**粗体**字', '中文{strong 粗体}字'],
    ['2*3*4 snake_case_name a ** b', '2*3*4 snake_case_name a ** b'],
    ['**open', '**open'],
    ['\\*not\\* **a**', '*not* {strong a}'],
    ['`a *b*` ``c ` d``', '{code a *b*} {code c ` d}'],
    ['` unclosed', '` unclosed'],
    ['see https://a.example/x_y_z.', 'see {link https://a.example/x_y_z https://a.example/x_y_z}.'],
    ['(https://a.example/w_(x))', '({link https://a.example/w_(x) https://a.example/w_(x)})'],
    ['看https://a.example/路，好', '看{link https://a.example/%E8%B7%AF https://a.example/路}，好'],
    ['www.a.example', '{link https://www.a.example/ www.a.example}'],
    ['to ann@a.example!', 'to {link mailto:ann@a.example ann@a.example}!'],
    ['[site](https://a.example)', '{link https://a.example/ site}'],
    ['[*site*](https://a.example/a)', '{link https://a.example/a {emphasis site}}'],
    ['[a.example](https://evil.example)', '{link https://evil.example/ https://evil.example/}'],
    ['[x](javascript:alert(1))', '[x](javascript:alert(1))'],
    ['[x](ftp://a.example)', '[x](ftp://a.example)'],
    ['javascript:alert(1) data:x', 'javascript:alert(1) data:x'],
  ])('%s', (text, spelled) => {
    expect(spell(parseInline(text))).toBe(spelled);
  });

  it('finds mentions by name, the longest first, and leaves others', () => {
    const mentions = [{ userId: '2', name: 'Ann Lee' }, { userId: '1', name: 'Ann' }, { userId: '0', name: '所有人' }];
    expect(spell(parseInline('@Ann Lee, @Ann @Anna @所有人你好 a@Ann @bob', mentions))).toBe(
      '{@2}, {@1} @Anna {@0}你好 a@Ann @bob',
    );
  });

  it.each(['*', '**a ', '_a ', '`', '[', '[a](', '(', 'www.', 'a@', '@', '~~a', '**a**', '> ', '- ', '\\', 'https://a.b/('])(
    '%s in masses takes linear time and survives',
    (piece) => {
      const started = performance.now();
      parseMarkdown(piece.repeat(60_000 / piece.length), [{ userId: '1', name: 'ann' }]);
      expect(performance.now() - started).toBeLessThan(1500);
    },
  );
});

describe('blocks', () => {
  it('keeps code as it is', () => {
    expect(parseMarkdown('look\n```js\nlet a = **1**;\n\n  b\n```\ndone')).toEqual([
      { kind: 'paragraph', children: [{ kind: 'text', text: 'look' }] },
      { kind: 'code_block', language: 'js', text: 'let a = **1**;\n\n  b' },
      { kind: 'paragraph', children: [{ kind: 'text', text: 'done' }] },
    ]);
  });

  it('nests quotes and lists', () => {
    const [quote] = parseMarkdown('> a\n> > b');
    expect(quote).toMatchObject({ kind: 'quote', children: [{ kind: 'paragraph' }, { kind: 'quote' }] });
    const [list] = parseMarkdown('3. one\n4. two\n  - deeper');
    expect(list).toMatchObject({ kind: 'list', ordered: true, start: 3, items: [[{}], [{}, { kind: 'list', ordered: false }]] });
  });

  it('keeps lines of a paragraph, and what begins like a list but is none', () => {
    expect(parseMarkdown('a\nb')).toEqual([{ kind: 'paragraph', children: [{ kind: 'text', text: 'a\nb' }] }]);
    expect(parseMarkdown('-5 degrees')[0]?.kind).toBe('paragraph');
    expect(parseMarkdown('1.5 litres')[0]?.kind).toBe('paragraph');
  });

  it('says all of it in one line', () => {
    expect(summaryOf(parseMarkdown('> *a*\n- b\n- **c** `d`\n```\ne\nf\n```'))).toBe('a b c d e f');
  });
});

it.each([['😀', 1], ['👍🏽 ❤️', 2], ['👨‍👩‍👧🇩🇪', 2], ['1', 0], ['a😀', 0], ['', 0], ['😀'.repeat(7), 0]])('%s has %i emoji and nothing else', (text, count) => {
  expect(countOnlyEmoji(text)).toBe(count);
});
