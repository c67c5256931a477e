import { describe, expect, it } from 'vitest';
import { isVNode, type VNode } from 'vue';

import { textOfHtml } from '../../src/text/html';
import { parseMarkdown } from '../../src/text/markdown';
import { renderBlocks } from '../../src/text/render';
import payloads from './xss_payloads.json';

const ELEMENTS = new Set(['p', 'a', 'em', 'strong', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'span', 'button']);
const ATTRIBUTES = new Set(['href', 'dir', 'target', 'rel', 'title', 'class', 'type', 'start', 'tabindex', 'data-language']);

/** Fails on any element, attribute or address that text may not become. */
function check(node: unknown): void {
  if (Array.isArray(node)) return node.forEach(check);
  if (!isVNode(node)) return expect(['string', 'undefined', 'object']).toContain(typeof node);
  const { type, props, children } = node as VNode;
  if (typeof type === 'string') {
    expect(ELEMENTS).toContain(type);
    for (const name of Object.keys(props ?? {})) expect(ATTRIBUTES).toContain(name);
    if (type === 'a') {
      expect(props?.href).toMatch(/^(?:https?:\/\/|mailto:)/);
      expect(props?.rel).toContain('noopener');
    }
  }
  check(children);
}

describe('nothing in a message can run', () => {
  it('knows a hundred payloads', () => {
    expect(new Set(payloads).size).toBeGreaterThanOrEqual(100);
  });

  it.each(payloads)('%s', (payload) => {
    for (const text of [payload, textOfHtml(payload), textOfHtml(textOfHtml(payload))]) {
      check(renderBlocks(parseMarkdown(text)));
    }
  });

  it('can fail', () => {
    expect(() => check(renderBlocks([{ kind: 'paragraph', children: [{ kind: 'link', href: 'javascript:alert(1)', children: [] }] }]))).toThrow();
  });
});
