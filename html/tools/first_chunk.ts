// Puts what every visit loads into one chunk. Left alone, each part that something loaded late uses too becomes a file
// of its own, and small files compress badly.
import type { Rolldown } from 'vite';

/** Each of them is a chunk beside it: the page names them. */
const ROOTS = ['/src/main.ts', '/src/components/ChatPage.vue', '/src/components/EnterPage.vue'];

type Name = (id: string, context: Rolldown.ChunkingContext) => string | null;

export function firstChunk(folder: string): Name {
  let first: Set<string> | null = null;

  /** What these import at once, and what that imports. Of libraries little is used: the bundler knows what. */
  function reached(context: Rolldown.ChunkingContext): Set<string> {
    const found = new Set<string>();
    const next = ROOTS.map((root) => folder + root);
    for (let id = next.pop(); id !== undefined; id = next.pop()) {
      if (found.has(id)) continue;
      found.add(id);
      next.push(...(context.getModuleInfo(id)?.importedIds ?? []).filter((one) => !one.includes('/node_modules/')));
    }
    for (const root of ROOTS) found.delete(folder + root);
    return found;
  }

  return (id, context) => {
    first ??= reached(context);
    return first.has(id) ? 'page' : null;
  };
}
