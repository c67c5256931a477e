/** The character references that chat clients write; others stay as they are typed. */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', ensp: ' ', emsp: ' ', thinsp: ' ',
  hellip: '…', mdash: '—', ndash: '–', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', laquo: '«', raquo: '»',
  middot: '·', bull: '•', times: '×', divide: '÷', deg: '°', plusmn: '±', micro: 'µ', para: '¶', sect: '§',
  copy: '©', reg: '®', trade: '™', euro: '€', pound: '£', yen: '¥', cent: '¢',
  larr: '←', uarr: '↑', rarr: '→', darr: '↓', hearts: '♥', zwnj: '\u200c', zwj: '\u200d', shy: '',
};

function ofCode(code: number): string {
  const printable = code === 9 || code === 10 || (code >= 32 && code !== 127);
  const scalar = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return printable && scalar ? String.fromCodePoint(code) : '';
}

/** Replaces character references by the characters they name. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{2,8}));/gi, (whole, hex, decimal, name) => {
    if (hex) return ofCode(parseInt(hex, 16));
    if (decimal) return ofCode(Number(decimal));
    return NAMED[name] ?? whole;
  });
}
