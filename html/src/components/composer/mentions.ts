/** The names by which everybody is mentioned, in each language. */
export const EVERYBODY = ['everyone', '所有人'] as const;

export interface Candidate {
  id: string;
  name: string;
}

/** The mention that is being typed before the caret: where its `@` stands, and what follows. */
export function mentionBefore(text: string, caret: number): { at: number; prefix: string } | null {
  const match = /(?:^|[^a-z0-9])@([^\s@]{0,32})$/i.exec(text.slice(0, caret));
  return match ? { at: caret - (match[1]?.length ?? 0) - 1, prefix: match[1] ?? '' } : null;
}

/** The ids of those among `chosen` whom the text still names. */
export function mentionsIn(text: string, chosen: readonly Candidate[]): string[] {
  return [...new Set(chosen.filter(({ name }) => text.includes(`@${name}`)).map(({ id }) => id))];
}

/** Those whose name has the prefix, at its beginning before elsewhere. */
export function matching(candidates: readonly Candidate[], prefix: string, most = 8): Candidate[] {
  const wanted = prefix.toLocaleLowerCase();
  const ranked = candidates
    .map((candidate) => ({ candidate, at: candidate.name.toLocaleLowerCase().indexOf(wanted) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => Math.min(a.at, 1) - Math.min(b.at, 1));
  return ranked.slice(0, most).map(({ candidate }) => candidate);
}
