// Adds the stickers to the build, as the files that messages of type 400 name, from Microsoft's Fluent Emoji.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type { Plugin } from 'vite';

import { STICKER_SET, STICKERS, stickerFile } from '../src/components/composer/stickers.ts';

interface IconSet {
  width?: number;
  height?: number;
  icons: Record<string, { body: string; width?: number; height?: number }>;
}

function drawings(): Map<string, string> {
  const path = createRequire(import.meta.url).resolve('@iconify-json/fluent-emoji/icons.json');
  const set = JSON.parse(readFileSync(path, 'utf8')) as IconSet;
  return new Map(STICKERS.map((name) => {
    const icon = set.icons[name];
    if (!icon) throw new Error(`the set has no sticker ${name}`);
    const size = `${icon.width ?? set.width ?? 32} ${icon.height ?? set.height ?? 32}`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 ${size}">${icon.body}</svg>`;
    return [`images/emotion/${STICKER_SET}/${stickerFile(name)}`, svg];
  }));
}

export function stickers(): Plugin {
  return {
    name: 'stickers',
    configureServer(server) {
      const files = drawings();
      server.middlewares.use((request, response, next) => {
        const file = files.get((request.url ?? '').replace(/^\/|\?.*$/g, ''));
        if (file === undefined) return next();
        response.setHeader('Content-Type', 'image/svg+xml');
        return response.end(file);
      });
    },
    generateBundle() {
      for (const [fileName, source] of drawings()) this.emitFile({ type: 'asset', fileName, source });
    },
  };
}
