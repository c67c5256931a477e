/** One of the eight avatar colours, always the same for an id. */
export function colourOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  // Ids of one day begin alike: the last letters must reach all bits.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) % 8;
}

/** What stands in an avatar without a picture: the name's first letter. */
export function initialOf(name: string): string {
  const first = [...name.trim()].find((char) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(char));
  return (first ?? '·').toLocaleUpperCase();
}
