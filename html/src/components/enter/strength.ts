export type Strength = 0 | 1 | 2 | 3;

const COMMON = /^(?:pass(?:word)?|qwerty|asdf|admin|letmein|welcome|iloveyou|abc|secret|111111|123)/i;

/** A rough judgement of a new password: 0 too easy, 1 weak, 2 fair, 3 good. */
export function strengthOf(password: string, username: string): Strength {
  const lower = password.toLowerCase();
  const named = username.length > 2 && lower.includes(username.toLowerCase());
  const distinct = new Set(password).size;
  if (password.length < 6 || distinct < 4 || named) return 0;
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(password)).length;
  const score = password.length + kinds * 2 + Math.min(distinct, 12) / 2 - (COMMON.test(password) ? 8 : 0);
  if (score < 14) return 1;
  return score < 20 ? 2 : 3;
}
