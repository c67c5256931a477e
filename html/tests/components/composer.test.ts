// @vitest-environment happy-dom
import { afterEach, expect, it } from 'vitest';

import ComposerBox from '../../src/components/composer/ComposerBox.vue';
import { useDrafts } from '../../src/stores/drafts';
import { useMessages } from '../../src/stores/messages';
import type { Message } from '../../src/stores/model';
import { useSettings } from '../../src/stores/settings';
import { mounted, type Mounted } from '../support/mounted';

let composer: Mounted;

afterEach(() => {
  composer.wrapper.unmount();
  composer.link.end();
});

async function open(lastOwn: () => Message | undefined = () => undefined): Promise<void> {
  composer = await mounted(ComposerBox, { conversationKey: 'lobby', title: 'Lobby', lastOwn });
}

const field = () => composer.wrapper.get('textarea');
const sent = () => useMessages().of('lobby').messages.map(({ text }) => text);
const value = () => (field().element as HTMLTextAreaElement).value;

it('Enter sends, with Shift it begins a line, and in an input method it is the input method’s', async () => {
  await open();
  await field().setValue('你好');
  await field().trigger('keydown', { key: 'Enter', shiftKey: true });
  await field().trigger('keydown', { key: 'Enter', isComposing: true });
  await field().trigger('keydown', { key: 'Enter', keyCode: 229 });
  expect(sent()).toEqual([]);
  await field().trigger('keydown', { key: 'Enter' });
  expect(sent()).toEqual(['你好']);
  expect(value()).toBe('');
});

it('where Enter does not send, Ctrl+Enter does', async () => {
  await open();
  useSettings().enterSends = false;
  await field().setValue('one');
  await field().trigger('keydown', { key: 'Enter' });
  expect(sent()).toEqual([]);
  await field().trigger('keydown', { key: 'Enter', ctrlKey: true });
  expect(sent()).toEqual(['one']);
});

it('nothing but blanks is not sent, and what means something in HTML stays text', async () => {
  await open();
  await field().setValue(' \n ');
  await field().trigger('keydown', { key: 'Enter' });
  expect(sent()).toEqual([]);
  await field().setValue('<b>1 & 2</b>\n');
  await field().trigger('keydown', { key: 'Enter' });
  expect(sent()).toEqual(['&lt;b&gt;1 &amp; 2&lt;/b&gt;']);
});

it('what was begun is kept as a draft, and an edit leaves it alone', async () => {
  const own = { key: 'k', conversation: 'lobby', seq: 3, text: 'said before', mentions: [], mine: true, kind: 'text', state: 'stored', time: Date.now() } as unknown as Message;
  await open(() => own);
  useMessages().extended = true;
  await field().trigger('keydown', { key: 'ArrowUp' });
  expect(value()).toBe('said before');
  await field().setValue('said better');
  expect(useDrafts().get('lobby').text).toBe('');
  await field().trigger('keydown', { key: 'Escape' });
  expect(value()).toBe('');
  await field().setValue('half a thou');
  await field().trigger('keydown', { key: 'ArrowUp' });
  expect(value()).toBe('half a thou');
  expect(useDrafts().get('lobby').text).toBe('half a thou');
});

it('what is too long says so and stays', async () => {
  await open();
  composer.link.limits = { message: 2048, upload: 1 };
  composer.link.events.emit('phase', 'online');
  await field().setValue('字'.repeat(400));
  expect(composer.wrapper.find('[role=alert]').exists()).toBe(true);
  await field().trigger('keydown', { key: 'Enter' });
  expect(sent()).toEqual([]);
});
