// What a message says of its file, and what of that is believed.
import { expect, test } from 'vitest';

import { addressesFor } from '../../src/connection/addresses';
import { Translator } from '../../src/stores/translate';

const translator = new Translator('me', addressesFor('https://chat.example/below/', '/below/', 'https://old.example/'));
const shown = (type: number, mess: unknown) => translator.message('lobby', { type, seq: 1, timestamp: 1, sender_id: 'ann', mess });

test('a picture has its place, its preview and its placeholder', () => {
  expect(shown(300, {
    name: 'sun.png', path: '/files/0a1b', size: 9, kind: 'image', type: 'image/png', width: 4, height: 3, animated: true,
    preview: '/files/0a1b/preview', placeholder: 'UklGRg==',
  })).toMatchObject({
    kind: 'image',
    file: {
      name: 'sun.png', url: 'https://chat.example/below/files/0a1b', size: 9, kind: 'image', type: 'image/png', width: 4, height: 3, animated: true,
      preview: 'https://chat.example/below/files/0a1b/preview', placeholder: 'data:image/webp;base64,UklGRg==',
    },
  });
});

test('what legacy clients send is a file without more', () => {
  const file = { size: 0, kind: '', width: 0, height: 0, animated: false, preview: '', placeholder: '' };
  expect(shown(500, '/upload/music/2020/a.mp3')?.file).toMatchObject({ ...file, name: 'a.mp3', url: 'https://old.example/upload/music/2020/a.mp3' });
  expect(shown(1003, null)?.file).toMatchObject({ ...file, name: '', url: '' });
});

test.each([
  { path: 'https://evil.example/files/1' }, { path: '/files/../session' }, { path: '/files/1?key=2' }, { path: '//evil.example/files/1' }, { path: '/files/1/info' },
  { preview: 'javascript:alert(1)' }, { preview: '/session' }, { placeholder: '");x' }, { placeholder: '<svg onload=alert(1)>' }, { width: -1 }, { height: 'tall' }, { kind: {} },
])('%j is not believed', (claim) => {
  const file = shown(300, { name: 'a', size: 1, ...claim })?.file;
  expect(file).toEqual({ name: 'a', size: 1, url: '', kind: '', type: '', width: 0, height: 0, animated: false, preview: '', placeholder: '' });
});

test('a name keeps its letters and loses what turns or hides them', () => {
  expect(shown(1000, { name: 'in\u202evoice\u0007 \u2066fdp.exe', path: '/files/1' })?.file?.name).toBe('invoice fdp.exe');
});

test('a group whose picture was changed was not renamed', () => {
  expect(shown(1108, { action: 'renamed', members: [], avatar: '/files/1' })?.event).toEqual({ action: 'pictured', members: [] });
  expect(shown(1108, { action: 'renamed', members: [], name: 'new' })?.event).toEqual({ action: 'renamed', members: [], name: 'new' });
});
