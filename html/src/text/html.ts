import { decodeEntities } from './entities';
import { emojiOfPicture } from './legacy_pictures';

/** Elements whose content is not for reading. */
const UNREAD = new Set(['script', 'style', 'template', 'title', 'noscript', 'iframe', 'object', 'noembed', 'noframes']);
/** Elements that begin and end a line. */
const BLOCKS = new Set([
  'p', 'div', 'li', 'ul', 'ol', 'tr', 'table', 'pre', 'blockquote', 'section', 'article', 'header', 'footer',
  'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'dl', 'dt', 'dd', 'form', 'hr',
]);

interface Tag {
  name: string;
  closing: boolean;
  attributes: string;
  /** Index behind the tag's `>`. */
  end: number;
}

/** Where the tag that begins at `from` ends; quotes hide `>`, unless they are never closed. -1: nowhere. */
function endOfTag(html: string, from: number): number {
  let quote = '';
  let hidden = -1;
  for (let at = from; at < html.length; at += 1) {
    const char = html[at];
    if (quote) {
      if (char === quote) quote = '';
      else if (char === '>' && hidden < 0) hidden = at + 1;
    } else if ((char === '"' || char === "'") && html[at - 1] === '=') {
      quote = char;
      hidden = -1;
    } else if (char === '>') {
      return at + 1;
    }
  }
  return hidden;
}

/** The tag at `from`, where a `<` stands; undefined when that is a plain character, as in `a < b`. */
function tagAt(html: string, from: number): Tag | undefined {
  if (html.startsWith('<!--', from)) {
    const end = html.indexOf('-->', from + 4);
    return { name: '', closing: false, attributes: '', end: end < 0 ? html.length : end + 3 };
  }
  const begin = /[!?]|\/?[a-z][^\s/>]*/iy;
  begin.lastIndex = from + 1;
  const match = begin.exec(html);
  if (!match) return undefined;
  const end = endOfTag(html, begin.lastIndex);
  if (end < 0) return undefined;
  const closing = match[0].startsWith('/');
  const name = match[0].slice(closing ? 1 : 0).toLowerCase();
  return { name, closing, attributes: html.slice(begin.lastIndex, end - 1), end };
}

function attribute(tag: Tag, name: string): string {
  const match = new RegExp(`(?:^|[\\s"'/])${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(tag.attributes);
  return match ? decodeEntities(match[1] ?? match[2] ?? match[3] ?? '').trim() : '';
}

function textOfPicture(tag: Tag): string {
  const said = attribute(tag, 'alt') || emojiOfPicture(attribute(tag, 'src')) || attribute(tag, 'title');
  return said || '🖼️';
}

function skipContent(html: string, tag: Tag): number {
  const closer = new RegExp(`</${tag.name}`, 'gi');
  closer.lastIndex = tag.end;
  if (!closer.exec(html)) return html.length;
  const end = html.indexOf('>', closer.lastIndex);
  return end < 0 ? html.length : end + 1;
}

function withoutBlankEnds(text: string): string {
  return text.trimEnd().replace(/^\n+/, '');
}

class Text {
  private said = '';

  add(text: string): void {
    this.said += text;
  }

  line(): void {
    if (this.said !== '' && !this.said.endsWith('\n')) this.said += '\n';
  }

  get length(): number {
    return this.said.length;
  }

  since(mark: number): string {
    return this.said.slice(mark);
  }

  get result(): string {
    return withoutBlankEnds(this.said);
  }
}

/** Says after a link's words where it goes, unless the words say so. */
function closeLink(text: Text, link: { href: string; mark: number } | undefined): void {
  if (!link || !/^(?:https?:\/\/|mailto:)/i.test(link.href)) return;
  const words = text.since(link.mark).trim();
  if (words === '') text.add(link.href);
  else if (!link.href.includes(words)) text.add(` (${link.href})`);
}

/**
 * The text that a message says. Text on the wire is HTML: typed by people and escaped, or made by the
 * PHP original's editor. Nothing but characters comes out: pictures are told by the emoji they mean,
 * blocks by lines. Takes time linear in the length of `html`.
 */
export function textOfHtml(html: string): string {
  if (!/[<&]/.test(html)) return withoutBlankEnds(html.replace(/\r\n?/g, '\n'));
  const text = new Text();
  const lastClose = html.lastIndexOf('>');
  let link: { href: string; mark: number } | undefined;
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) {
      text.add(decodeEntities(html.slice(at)));
      break;
    }
    text.add(decodeEntities(html.slice(at, open)));
    const tag = open < lastClose ? tagAt(html, open) : undefined;
    if (!tag) {
      text.add('<');
      at = open + 1;
      continue;
    }
    at = tag.end;
    if (tag.name === 'br') text.add('\n');
    else if (BLOCKS.has(tag.name)) text.line();
    else if (tag.closing) {
      if (tag.name === 'a') {
        closeLink(text, link);
        link = undefined;
      }
    } else if (tag.name === 'img') text.add(textOfPicture(tag));
    else if (tag.name === 'a') link = { href: attribute(tag, 'href'), mark: text.length };
    else if (UNREAD.has(tag.name)) at = skipContent(html, tag);
  }
  closeLink(text, link);
  return text.result;
}

/** What to send for text that somebody typed: HTML that says just that. */
export function htmlOfText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/\n/g, '<br>');
}
