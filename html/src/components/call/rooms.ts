/** A call room's code, as the server takes it. */
const CODE = /^[A-Za-z0-9_-]{4,64}$/;

/** What opens the room on any browser, after logging in if need be. */
export const linkOfRoom = (code: string): string => `${location.origin}${location.pathname}#/call/${code}`;

/** The code that somebody typed, or that stands in a link; "": there is none. */
export function codeOf(typed: string): string {
  const last = /#\/call\/([^/?#]+)\s*$/.exec(typed)?.[1] ?? typed.trim();
  return CODE.test(last) ? last : '';
}
