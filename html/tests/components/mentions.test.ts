import { expect, it } from 'vitest';

import { matching, mentionBefore, mentionsIn } from '../../src/components/composer/mentions';

it.each([
  ['@', 1, { at: 0, prefix: '' }],
  ['hi @an', 6, { at: 3, prefix: 'an' }],
  ['你好@小', 4, { at: 2, prefix: '小' }],
  ['mail@host', 9, null],
  ['hi @an there', 12, null],
  ['hi @an there', 5, { at: 3, prefix: 'a' }],
])('%j at %i', (text, caret, found) => {
  expect(mentionBefore(text, caret)).toEqual(found);
});

it('offers whose name begins with it before whose name holds it', () => {
  const people = ['Joanna', 'Anna', 'Bob', 'anton'].map((name) => ({ id: name, name }));
  expect(matching(people, 'an').map(({ name }) => name)).toEqual(['Anna', 'anton', 'Joanna']);
  expect(matching(people, '', 2)).toHaveLength(2);
});

it('mentions only whom the text still names, each once', () => {
  const ann = { id: '1', name: 'Ann' };
  expect(mentionsIn('hi @Ann and @Ann', [ann, ann, { id: '2', name: 'Bob' }])).toEqual(['1']);
});
