import { h, type VNode, type VNodeChild } from 'vue';

import type { Block, Inline } from './nodes';

/** What a rendered text can ask of the page. */
export interface RenderOptions {
  /** The reader's id, whose mentions stand out. */
  ownId?: string;
  onMention?: (userId: string) => void;
}

const TAGS = { strong: 'strong', emphasis: 'em', strike: 's' } as const;

function renderInline(node: Inline, options: RenderOptions): VNodeChild {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'code':
      return h('code', node.text);
    case 'link':
      return h(
        'a',
        { href: node.href, target: '_blank', rel: 'noopener noreferrer nofollow', title: node.href },
        renderAll(node.children, options),
      );
    case 'mention': {
      const own = node.userId === '0' || node.userId === options.ownId;
      const onMention = node.userId === '0' ? undefined : options.onMention;
      if (!onMention) return h('span', { class: ['mention', { own }] }, node.text);
      return h('button', { type: 'button', class: ['mention', { own }], onClick: () => onMention(node.userId) }, node.text);
    }
    default:
      return h(TAGS[node.kind], renderAll(node.children, options));
  }
}

function renderAll(nodes: readonly Inline[], options: RenderOptions): VNodeChild[] {
  return nodes.map((node) => renderInline(node, options));
}

/** The message as elements. Text only ever becomes text nodes, and the only address is a link's. */
export function renderBlocks(blocks: readonly Block[], options: RenderOptions = {}): VNode[] {
  return blocks.map((block) => {
    switch (block.kind) {
      case 'paragraph':
        return h('p', { dir: 'auto' }, renderAll(block.children, options));
      case 'code_block':
        return h('pre', { tabindex: 0, 'data-language': block.language || undefined }, [h('code', block.text)]);
      case 'quote':
        return h('blockquote', renderBlocks(block.children, options));
      case 'list':
        return h(
          block.ordered ? 'ol' : 'ul',
          block.ordered ? { start: block.start } : {},
          block.items.map((item) => h('li', renderBlocks(item, options))),
        );
    }
  });
}
