// What is worked out about files before anything is drawn.
import { describe, expect, it } from 'vitest';

import { iconFor } from '../../src/components/files/icons';
import { asJpeg, shrunk, worthShrinking } from '../../src/components/files/photos';
import { roomFor } from '../../src/components/files/room';
import { peaksOf } from '../../src/components/files/waveform';
import { bounded, cropOf, fit, FITTED, zoomed } from '../../src/components/files/zoom';
import { extensionOf, fileName, isVoice, voiceName } from '../../src/text/file_names';

describe('names', () => {
  it.each([
    ['plan.pdf', 'plan.pdf'], ['  ', 'file'], ['photo\u202egpj.exe', 'photogpj.exe'], ['a\r\nb\u0000.txt', 'ab.txt'], ['\ud800.txt', '\ufffd.txt'],
  ])('%j is sent as %j', (given, name) => {
    expect(fileName(given)).toBe(name);
  });

  it('are cut to what a name may have, and keep their end', () => {
    const name = fileName(`${'字'.repeat(200)}.tar.gz`);
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(255);
    expect(name).toMatch(/^字+(?:\.tar)?….gz$/);
    expect(new TextEncoder().encode(fileName('x'.repeat(400))).length).toBeLessThanOrEqual(255);
  });

  it('tell voice messages from other sounds', () => {
    const name = voiceName(new Date(2026, 0, 2, 3, 4, 5), 'audio/webm;codecs=opus');
    expect(name).toBe('voice-20260102-030405.webm');
    expect([isVoice(name), isVoice(voiceName(new Date(), 'audio/mp4')), isVoice('voice.webm'), isVoice('my voice-20260102-030405.webm')]).toEqual([true, true, false, false]);
  });

  it('have an icon by their end, and one without', () => {
    expect(extensionOf('a.tar.GZ')).toBe('GZ');
    expect(iconFor('a.zip')).toBe(iconFor('b.7z'));
    expect(iconFor('a.zip')).not.toBe(iconFor('a.pdf'));
    expect(iconFor('README')).toBe(iconFor('x.unknown'));
  });
});

describe('pictures', () => {
  it('have their room before they are there', () => {
    expect(roomFor(0, 100)).toBeNull();
    expect(roomFor(1600, 1000)).toEqual({ width: 340, ratio: 1.6 });
    expect(roomFor(600, 1200)).toEqual({ width: 190, ratio: 0.5 });
    expect(roomFor(20, 20)).toEqual({ width: 96, ratio: 1 });
    expect(roomFor(10_000, 10)?.ratio).toBe(3);
  });

  it('are made smaller when they are large photos', () => {
    expect(worthShrinking('image/jpeg', 4_000_000, { width: 4000, height: 3000 })).toBe(true);
    expect(worthShrinking('image/jpeg', 90_000, { width: 800, height: 600 })).toBe(false);
    expect(worthShrinking('image/avif', 90_000, { width: 800, height: 600 })).toBe(true);
    for (const type of ['image/gif', 'image/webp', 'image/png', 'image/svg+xml']) expect(worthShrinking(type, 9_000_000, { width: 4000, height: 3000 })).toBe(false);
    expect(shrunk({ width: 4000, height: 3000 })).toEqual({ width: 2048, height: 1536 });
    expect(shrunk({ width: 100, height: 50 })).toEqual({ width: 100, height: 50 });
    expect([asJpeg('IMG 1.HEIC'), asJpeg('no end')]).toEqual(['IMG 1.jpg', 'no end.jpg']);
  });

  const stage = { width: 1000, height: 500 };

  it('fit into the view, or fill it', () => {
    expect(fit({ width: 4000, height: 1000 }, stage)).toEqual({ width: 1000, height: 250 });
    expect(fit({ width: 40, height: 10 }, stage)).toEqual({ width: 40, height: 10 });
    expect(fit({ width: 40, height: 10 }, stage, true)).toEqual({ width: 2000, height: 500 });
  });

  it('are zoomed about a point, and stay at the edges', () => {
    const view = zoomed(FITTED, 2, 8, { x: 100, y: -50 });
    expect(view).toEqual({ scale: 2, x: -100, y: 50 });
    expect(zoomed(view, 100, 8).scale).toBe(8);
    expect(zoomed(view, 0.01, 8, { x: 100, y: -50 })).toEqual({ scale: 1, x: 0, y: 0 });
    expect(bounded({ scale: 2, x: 900, y: 900 }, { width: 1000, height: 250 }, stage)).toEqual({ scale: 2, x: 500, y: 0 });
  });

  it('are cut out where they are seen', () => {
    const picture = { width: 600, height: 400 };
    expect(cropOf(FITTED, picture, 200)).toEqual({ size: 400, left: 100, top: 0 });
    expect(cropOf({ scale: 2, x: 0, y: 0 }, picture, 200)).toEqual({ size: 200, left: 200, top: 100 });
    expect(cropOf({ scale: 1, x: 50, y: 0 }, picture, 200)).toEqual({ size: 400, left: 0, top: 0 });
    expect(cropOf({ scale: 1, x: -999, y: 999 }, picture, 200)).toEqual({ size: 400, left: 200, top: 0 });
  });
});

it('the shape of a sound is its loudest moments, and silence has none', () => {
  expect(peaksOf([0, 0.1, 0, -0.4, 0.2, 0.2, 0, 0], 4)).toEqual([0.25, 1, 0.5, 0]);
  expect(peaksOf([0.001, -0.002, 0.001], 3)).toEqual([0, 0, 0]);
  expect(peaksOf([], 3)).toEqual([0, 0, 0]);
});
