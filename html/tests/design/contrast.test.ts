// Every colour of the design on every ground that it is meant for, in both themes: as WCAG 2 counts it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../../src');
const css = readFileSync(join(SOURCES, 'design/tokens.css'), 'utf8');

type Colour = [red: number, green: number, blue: number, alpha: number];

function parse(value: string): Colour {
  if (value.startsWith('#')) {
    const digits = value.length === 4 ? [...value.slice(1)].map((one) => one + one).join('') : value.slice(1);
    const [red = 0, green = 0, blue = 0] = digits.match(/../g)?.map((two) => parseInt(two, 16)) ?? [];
    return [red, green, blue, 1];
  }
  const [red = 0, green = 0, blue = 0, percent = 100] = value.match(/[\d.]+/g)?.map(Number) ?? [];
  return [red, green, blue, percent / 100];
}

/** Each token that is a colour: light, and dark. */
const tokens = new Map([...css.matchAll(/^ {2}--([\w-]+): (?:light-dark\((#\w+|rgb\([^)]*\)), (#\w+|rgb\([^)]*\))\)|(#\w+|rgb\([^)]*\)));$/gm)]
  .map(([, name = '', light, dark, both]) => [name, [parse(light ?? both ?? ''), parse(dark ?? both ?? '')] as const]));

function luminance([red, green, blue]: Colour): number {
  const [r = 0, g = 0, b = 0] = [red, green, blue].map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** What is seen of a colour that lets another one through. */
function over([red, green, blue, alpha]: Colour, under: Colour): Colour {
  const mix = (part: number, below: number) => part * alpha + below * (1 - alpha);
  return [mix(red, under[0]), mix(green, under[1]), mix(blue, under[2]), 1];
}

/** A token's colour; of `a/b`, a's on b. */
function colour(name: string, theme: 0 | 1): Colour {
  const [top = '', ...rest] = name.split('/');
  const own = tokens.get(top)?.[theme];
  if (!own) throw new Error(`no colour is called ${top}`);
  return rest.length > 0 ? over(own, colour(rest.join('/'), theme)) : own;
}

function contrast(one: Colour, other: Colour): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = ['ground', 'ground-sunken', 'surface', 'surface-quiet', 'surface-hover', 'surface-active'];
const AVATARS = [...tokens.keys()].filter((name) => /^avatar-\d$/.test(name));

/** Words: 4.5. */
const WORDS: [on: string[], words: string[]][] = [
  [[...GROUNDS, 'bubble'], ['text', 'text-quiet', 'text-faint', 'accent-text']],
  [['bubble-own'], ['text', 'bubble-own-quiet', 'accent-text', 'danger']],
  [['code/bubble', 'code/bubble-own'], ['text', 'accent-text']],
  [['code/bubble'], ['text-quiet']],
  [['accent-soft'], ['text', 'text-quiet', 'accent-text']],
  [['accent', 'accent-hover'], ['on-accent']],
  [['ground', 'surface', 'surface-hover', 'danger-soft', 'bubble'], ['danger']],
  [['danger'], ['on-danger']],
  [['warn-soft'], ['warn']],
  [['badge-muted'], ['on-badge-muted']],
  [['toast'], ['on-toast']],
  [['veil/on-veil'], ['on-veil']],
  [['viewer/on-veil', 'viewer-hover/viewer'], ['on-viewer']],
  [AVATARS, ['on-avatar']],
];

/** Signs, and the borders of controls: 3. */
const SIGNS: [on: string[], signs: string[]][] = [
  [GROUNDS, ['focus', 'accent']],
  [['surface', 'ground'], ['line-strong', 'online', 'good', 'warn', 'danger']],
  [['bubble', 'bubble-own', 'code/bubble', 'code/bubble-own'], ['bubble-line']],
  [['toast'], ['toast-danger']],
  [['veil/on-veil'], ['on-veil-warn', 'on-veil-danger']],
];

/** They carry no meaning by themselves, or are drawn on no ground of the page's. */
const DECORATION = ['line', 'scrim', 'shade', 'rim', 'alert', 'veil-thin'];

const failing = (pairs: typeof WORDS, least: number): string[] => pairs.flatMap(([grounds, marks]) =>
  grounds.flatMap((ground) => marks.flatMap((mark) => ([0, 1] as const).flatMap((theme) => {
    const ratio = contrast(colour(mark, theme), colour(ground, theme));
    return ratio < least ? [`${mark} on ${ground}, ${theme ? 'dark' : 'light'}: ${ratio.toFixed(2)}`] : [];
  }))));

it('words can be read on whatever they stand on', () => {
  expect(failing(WORDS, 4.5)).toEqual([]);
});

it('signs and borders of controls can be seen', () => {
  expect(failing(SIGNS, 3)).toEqual([]);
});

it('no colour is left out', () => {
  const judged = new Set([...WORDS, ...SIGNS].flat(2).flatMap((name) => name.split('/')));
  expect([...tokens.keys()].filter((name) => !judged.has(name) && !DECORATION.includes(name))).toEqual([]);
});

it('styles name colours by their use: the values are in tokens.css', () => {
  const found = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:vue|css)$/.test(name) && !name.endsWith('tokens.css'))
    .flatMap((name) => {
      const style = readFileSync(join(SOURCES, name), 'utf8').replace(/^[^]*?(?=<style|$)/, (head) => (name.endsWith('.css') ? head : ''));
      return (style.match(/#[0-9a-f]{3,8}\b|\b(?:rgb|hsl)a?\(/gi) ?? []).map((value) => `${name}: ${value}`);
    });
  expect(found).toEqual([]);
});
