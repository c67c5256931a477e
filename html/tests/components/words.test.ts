import { describe, expect, it } from 'vitest';

import { STICKERS, stickerUrl } from '../../src/components/composer/stickers';
import { strengthOf } from '../../src/components/enter/strength';
import { agentInWords } from '../../src/components/settings/agent';
import { sizeInWords } from '../../src/components/shared/sizes';
import { colourOf, initialOf } from '../../src/design/avatar';
import en from '../../src/locales/en.json';

it.each([
  ['', '', 0], ['aaaaaaaa', '', 0], ['ann-is-here', 'ann-is', 0], ['password1', '', 1], ['kitten42', '', 2], ['correct horse battery', '', 3], ['x9$Lq2!vTz', '', 3],
])('the password %j has the strength %i', (password, name, strength) => {
  expect(strengthOf(password, name)).toBe(strength);
});

it.each([[0, ''], [-1, ''], [512, '512 bytes'], [1536, '1.5 kB'], [10 * 1024 * 1024, '10 MB']])('%i bytes are %j', (bytes, words) => {
  expect(sizeInWords(bytes, 'en')).toBe(words);
});

describe('stickers', () => {
  it('have a name each', () => {
    expect(Object.keys(en.sticker).sort()).toEqual([...STICKERS].sort());
  });

  it.each([
    ['fluent_party-popper.svg', '/images/emotion/fluent/party-popper.svg'],
    ['/images/emotion/ymj/1.gif', '/images/emotion/ymj/1.gif'],
    ['ymj_1.gif', '/images/emotion/ymj/1.gif'],
    ['../../upload/x', ''], ['javascript:alert(1)', ''], ['//evil.example/a_b.svg', ''], ['a_b/../../c', ''],
  ])('%s lies at %j', (said, url) => {
    expect(stickerUrl(said)).toBe(url);
  });
});

it('tells what a device is', () => {
  expect(agentInWords('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36')).toBe('Chrome · Linux');
  expect(agentInWords('Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 Version/17.5 Mobile/15E148 Safari/604.1')).toBe('Safari · iOS');
  expect(agentInWords('curl/8')).toBe('curl/8');
});

it('draws people without a picture', () => {
  expect(initialOf(' ~ann')).toBe('A');
  expect(initialOf('陈小雨')).toBe('陈');
  expect(initialOf('')).toBe('·');
  expect(colourOf('a')).toBe(colourOf('a'));
});
