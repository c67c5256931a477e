const SCHEMES = new Set(['http:', 'https:', 'mailto:']);
const BARE = /(?:https?:\/\/|www\.)[^\s<>"'`\u3000-\u303f\uff00-\uffef，。！？；：（）【】「」『』《》“”‘’]+/iy;
const MAIL = /[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\.[a-z]{2,24}\b/iy;
const HOST = /^(?:https?:\/\/)?((?:[a-z0-9-]+\.)+[a-z]{2,24})(?:[/:?#]|$)/i;

/** The address as a link may name it: http, https or mailto; undefined for everything else. */
export function safeHref(address: string): string | undefined {
  const trimmed = address.trim();
  if (!/^(?:https?:\/\/|mailto:)/i.test(trimmed) || /[\u0000-\u0020\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(trimmed)) return undefined;
  try {
    const url = new URL(trimmed);
    return SCHEMES.has(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function withoutTrailing(found: string): string {
  let end = found.length;
  const opens = found.split('(').length;
  let closes = found.split(')').length;
  while (end > 0) {
    const char = found.charAt(end - 1);
    if (char === ')' && closes > opens) closes -= 1;
    else if (!'.,:;!?*_~|]}'.includes(char)) break;
    end -= 1;
  }
  return found.slice(0, end);
}

export interface FoundLink {
  text: string;
  href: string;
}

/** The bare address of a site or of a mailbox that begins at `at`. */
export function linkAt(text: string, at: number): FoundLink | undefined {
  const before = text.charAt(at - 1);
  if (/[a-z0-9._%+-]/i.test(before)) return undefined;
  BARE.lastIndex = at;
  const bare = BARE.exec(text);
  if (bare) {
    const found = withoutTrailing(bare[0]);
    const href = safeHref(/^www\./i.test(found) ? `https://${found}` : found);
    return href && found.length > 8 ? { text: found, href } : undefined;
  }
  MAIL.lastIndex = at;
  const mail = MAIL.exec(text);
  return mail ? { text: mail[0], href: `mailto:${mail[0]}` } : undefined;
}

/** Whether the words of a link name another site than the one it leads to. */
export function isMisleading(words: string, href: string): boolean {
  const named = HOST.exec(words.trim());
  if (!named) return false;
  const host = new URL(href).hostname.toLowerCase();
  const claimed = (named[1] ?? '').toLowerCase();
  return host !== claimed && host !== `www.${claimed}` && `www.${host}` !== claimed;
}
