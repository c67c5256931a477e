// For everybody: axe in every main view and both themes, small and enlarged windows, the keyboard, both languages.
import { expect, test } from 'vitest';

import { png } from '../support/pictures';
import { setStage } from '../support/stage';
import { clean, fits } from './judge';
import { openChromium, Visitor } from './visitor';

const PHONE = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true };
/** A window of 1280 × 720 at 200 %. */
const ENLARGED = { viewport: { width: 640, height: 360 }, deviceScaleFactor: 2 };

const stage = setStage(openChromium);

const inside = (name: string, settings?: Parameters<typeof Visitor.inside>[3]): Promise<Visitor> =>
  Visitor.inside(stage.browser, stage.server.page, name, settings);

test('axe finds nothing to object to in the entrance and in a conversation', async () => {
  const other = await inside('axe-bob');
  await other.say('hello **ann**, see https://chat.example and `code`');
  const guest = await Visitor.arrive(stage.browser, stage.server.page);
  await clean(guest.page, 'entrance');
  await guest.page.getByRole('button', { name: 'Enter', exact: true }).click();
  await guest.page.getByText('Choose a name.').waitFor();
  await clean(guest.page, 'entrance, refused');
  await guest.enter('axe-ann');
  const { page } = guest;
  await guest.say('hello bob');
  await guest.stored('hello bob');
  await page.getByRole('button', { name: 'Details', exact: true }).click();
  await page.getByRole('heading', { name: /people online/ }).first().waitFor();
  await clean(page, 'lobby and details');
  await page.getByRole('button', { name: 'People', exact: true }).click();
  await clean(page, 'people');
  await page.getByRole('button', { name: 'Chats', exact: true }).click();
  await guest.find('axe-bob');
  await page.getByText('No messages with axe-bob yet').waitFor();
  await clean(page, 'an empty chat');
  expect(guest.faults).toEqual([]);
  await Promise.all([guest.leave(), other.leave()]);
});

test('nor in the menu and the settings', async () => {
  const cy = await inside('axe-cy');
  const { page } = cy;
  await page.getByRole('button', { name: 'Menu', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).waitFor();
  await clean(page, 'menu');
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  for (const tab of ['Profile', 'Display', 'Notifications', 'Devices']) {
    await page.getByRole('tab', { name: tab }).click();
    await page.getByRole('tabpanel', { name: tab }).waitFor();
    if (tab === 'Devices') await page.getByText('This device').waitFor();
    await clean(page, `settings, ${tab}`);
  }
  expect(cy.faults).toEqual([]);
  await cy.leave();
});

test('nor in pickers and dialogs', async () => {
  const [dora, eva] = await Promise.all([inside('axe-dora'), inside('axe-eva')]);
  const { page } = dora;
  await page.getByRole('button', { name: 'Emoji and stickers' }).click();
  await page.getByRole('button', { name: /grinning/ }).first().waitFor();
  await clean(page, 'emoji');
  await page.keyboard.press('Escape');
  await dora.menu('New group');
  await page.getByRole('checkbox', { name: /axe-eva/ }).click();
  await clean(page, 'new group');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await clean(page, 'switcher');
  expect(dora.faults).toEqual([]);
  await Promise.all([dora.leave(), eva.leave()]);
});

test('nor in a group, in what asks, and in what went wrong', async () => {
  const [fay, gus] = await Promise.all([inside('axe-fay'), inside('axe-gus')]);
  const hal = await inside('axe-hal');
  const { page } = fay;
  const closed = () => page.getByRole('dialog').waitFor({ state: 'detached' });
  await fay.menu('New group');
  await page.getByRole('textbox', { name: 'Name of the group' }).fill('axe group');
  for (const name of ['axe-gus', 'axe-hal']) await page.getByRole('checkbox', { name }).click();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('log', { name: 'Messages in axe group' }).waitFor();
  await page.getByRole('button', { name: 'Details', exact: true }).click();
  await page.getByText('Admin of the group').waitFor();
  await clean(page, 'a group and its members', 'aside:last-of-type');
  await page.getByRole('button', { name: 'Remove axe-gus from the group' }).click();
  await page.getByRole('dialog', { name: 'Remove axe-gus?' }).waitFor();
  await clean(page, 'a question', '[role=dialog]');
  await page.keyboard.press('Escape');
  await closed();
  await page.getByRole('log').focus();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await clean(page, 'shortcuts', '[role=dialog]');
  await page.keyboard.press('Escape');
  await closed();
  await fay.menuOf('Jump to date');
  await page.getByRole('dialog', { name: 'Jump to date' }).waitFor();
  await clean(page, 'jump to date', '[role=dialog]');
  await page.keyboard.press('Escape');
  await closed();
  await page.evaluate(() => void (location.hash = '/user:nobody-of-this-name'));
  await page.getByRole('log', { name: 'Messages in nobody-of-this-name' }).waitFor();
  await fay.say('is there anybody');
  await fay.log.getByRole('alert').waitFor();
  await clean(page, 'a message that failed', '[role=log]');
  expect(fay.faults).toEqual([]);
  await Promise.all([fay, gus, hal].map((one) => one.leave()));
});

test('nor in what shows and sends files, which fits on a phone, too', async () => {
  const ann = await inside('axe-files', PHONE);
  const { page } = ann;
  await ann.open('Lobby');
  const field = page.locator('form input[type=file]');
  await field.setInputFiles([
    { name: 'a rather long name of a picture.png', mimeType: 'image/png', buffer: png(700, 500) }, { name: 'plan.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF') },
  ]);
  const dialog = page.getByRole('dialog', { name: 'Send 2 files' });
  await dialog.getByRole('button', { name: 'Send', exact: true }).and(page.locator(':enabled')).waitFor();
  await clean(page, 'files to be sent');
  await fits(page, 'files to be sent');
  await dialog.getByRole('button', { name: 'Send', exact: true }).tap();
  await ann.log.getByRole('link', { name: 'Download plan.pdf' }).last().waitFor();
  await clean(page, 'files');
  await fits(page, 'files');
  await ann.log.getByRole('button', { name: /^Open picture/ }).last().tap();
  await page.getByRole('dialog', { name: /picture\.png/ }).waitFor();
  await clean(page, 'gallery');
  await fits(page, 'gallery');
  await page.getByRole('button', { name: 'Close', exact: true }).tap();
  await page.getByRole('button', { name: 'Back', exact: true }).tap();
  await ann.menu('Settings');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Change the picture' }).tap();
  await (await chooser).setFiles({ name: 'me.png', mimeType: 'image/png', buffer: png(300, 200) });
  await page.getByRole('dialog', { name: 'Your picture' }).getByRole('button', { name: 'Save' }).and(page.locator(':enabled')).waitFor();
  await clean(page, 'one’s own picture');
  await fits(page, 'one’s own picture');
  expect(ann.faults).toEqual([]);
  await ann.leave();
});

test('on a phone of 360 pixels everything fits, is large enough to touch, and works', async () => {
  const ann = await inside('phone-ann', PHONE);
  const { page } = ann;
  await fits(page, 'list', 40);
  // With nothing of the page's own before it: what lies over the list is closed by a step back, which does not leave the page.
  await ann.menu('Settings');
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  await page.evaluate(() => history.back());
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  // Closed otherwise it leaves no step behind; where one goes from a layer, no step of it stays behind.
  await ann.menu('Settings');
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  const layer = (): Promise<unknown> => page.evaluate(() => history.state.layer);
  expect(await layer()).toBe(1);
  await page.keyboard.press('Escape');
  await expect.poll(layer).toBe(undefined);
  await page.keyboard.press('Control+k');
  await page.getByRole('option', { name: 'Lobby' }).click();
  await ann.log.waitFor();
  await page.evaluate(() => history.back());
  await ann.log.waitFor({ state: 'detached' });
  expect(await layer()).toBe(undefined);
  await ann.open('Lobby');
  await ann.composer.fill('a long word: ' + 'w'.repeat(120));
  await page.getByRole('button', { name: 'Send', exact: true }).tap();
  await page.getByRole('img', { name: 'Stored' }).first().waitFor();
  await fits(page, 'lobby', 24);
  await clean(page, 'lobby on a phone');
  await page.getByRole('button', { name: 'Lobby', exact: true }).tap();
  await page.getByRole('button', { name: 'Close', exact: true }).waitFor();
  await fits(page, 'details');
  // What lies over the page is closed by a step back, which leads nowhere else.
  await page.evaluate(() => history.back());
  await page.getByRole('button', { name: 'Close', exact: true }).waitFor({ state: 'detached' });
  await ann.log.waitFor();
  await page.getByRole('button', { name: 'Emoji and stickers' }).tap();
  await page.getByRole('tab', { name: 'Stickers' }).tap();
  await page.getByRole('button', { name: 'Thumbs up' }).tap();
  await ann.log.getByRole('img', { name: 'Thumbs up' }).waitFor();
  await page.getByRole('button', { name: 'Back', exact: true }).tap();
  await ann.menu('Settings');
  for (const tab of ['Profile', 'Display', 'Notifications', 'Devices']) {
    await page.getByRole('tab', { name: tab }).tap();
    await page.getByRole('tabpanel', { name: tab }).waitFor();
    await fits(page, `settings, ${tab}`, 24);
  }
  expect(ann.faults).toEqual([]);
  await ann.leave();
});

test('a long press on a message opens its menu', async () => {
  const ann = await inside('press-ann', PHONE);
  await ann.open('Lobby');
  await ann.composer.fill('press me');
  await ann.page.getByRole('button', { name: 'Send', exact: true }).tap();
  await ann.stored('press me');
  const box = await ann.page.getByText('press me', { exact: true }).boundingBox();
  const session = await ann.page.context().newCDPSession(ann.page);
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: (box?.x ?? 0) + 5, y: (box?.y ?? 0) + 5 }] });
  await ann.page.getByRole('menuitem', { name: 'Copy text' }).waitFor();
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await ann.page.getByRole('menuitem', { name: 'Reply' }).tap();
  await ann.page.getByText('Reply to You').waitFor();
  await ann.leave();
});

test('at 200 % nothing is cut off, and one can write', async () => {
  const ann = await inside('zoom-ann', ENLARGED);
  await ann.open('Lobby');
  await ann.say('large enough');
  await ann.stored('large enough');
  await fits(ann.page, 'lobby');
  expect((await ann.log.boundingBox())?.height).toBeGreaterThan(150);
  const composer = await ann.composer.boundingBox();
  expect((composer?.y ?? 0) + (composer?.height ?? 0)).toBeLessThanOrEqual(360);
  await ann.page.getByRole('button', { name: 'Back', exact: true }).click();
  await ann.menu('Settings');
  await ann.page.getByRole('tab', { name: 'Display' }).click();
  await ann.page.getByRole('switch', { name: 'Enter sends' }).scrollIntoViewIfNeeded();
  await fits(ann.page, 'settings');
  await ann.leave();
});

test('by the keyboard alone: move, write, edit, answer, and the list of keys', async () => {
  await (await inside('keys-bob')).leave();
  const ann = await inside('keys-ann');
  const { page } = ann;
  const { keyboard } = page;
  await ann.composer.waitFor();
  await expect.poll(() => ann.composer.evaluate((field) => field === document.activeElement)).toBe(true);
  await keyboard.type('one');
  await keyboard.press('Shift+Enter');
  await keyboard.type('two');
  await keyboard.press('Enter');
  await ann.log.getByText('one\ntwo').waitFor();
  await page.getByRole('img', { name: 'Stored' }).first().waitFor();
  await keyboard.press('ArrowUp');
  await page.getByText('Edit message').waitFor();
  await keyboard.press('Control+a');
  await keyboard.type('three');
  await keyboard.press('Enter');
  await ann.sees('three');
  await ann.log.getByText('edited').waitFor();
  await keyboard.press('ArrowUp');
  await keyboard.press('Escape');
  await page.getByText('Edit message').waitFor({ state: 'detached' });

  await keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await keyboard.press('Enter');
  await page.getByRole('combobox').waitFor({ state: 'detached' });
  await keyboard.press('Control+,');
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  await keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await ann.log.focus();
  await keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await keyboard.press('Escape');
  await expect.poll(() => ann.log.evaluate((log) => log === document.activeElement)).toBe(true);

  await keyboard.press('Control+k');
  await keyboard.type('keys-b');
  await page.getByRole('option', { name: 'keys-bob' }).waitFor();
  await keyboard.press('Enter');
  await page.getByRole('log', { name: 'Messages in keys-bob' }).waitFor();
  await keyboard.press('Alt+ArrowUp');
  await page.getByRole('log', { name: 'Messages in Lobby' }).waitFor();
  await keyboard.press('Alt+ArrowDown');
  await page.getByRole('log', { name: 'Messages in keys-bob' }).waitFor();

  await page.getByRole('button', { name: 'Menu', exact: true }).focus();
  await keyboard.press('Enter');
  await keyboard.press('ArrowDown');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('menuitem');
  await keyboard.press('Escape');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Menu');
  expect(ann.faults).toEqual([]);
  await ann.leave();
});

test('language, theme, text size and Enter are chosen, and stay so', async () => {
  const ann = await inside('choice-ann');
  const { page } = ann;
  await ann.menu('Settings');
  await page.getByRole('tab', { name: 'Display' }).click();
  await page.getByRole('radio', { name: '简体中文' }).click();
  await page.getByRole('dialog', { name: '设置' }).waitFor();
  await page.getByRole('radio', { name: '深色' }).click();
  await page.getByRole('radio', { name: '特大' }).click();
  await page.getByRole('switch').first().click();
  await page.keyboard.press('Escape');
  await page.reload();
  await page.getByRole('log', { name: /大厅/ }).waitFor();
  const chosen = await page.evaluate(() => ({
    language: document.documentElement.lang,
    ground: getComputedStyle(document.body).backgroundColor,
    scale: document.documentElement.style.getPropertyValue('--scale'),
  }));
  expect(chosen.language).toBe('zh-CN');
  expect(Number(/\d+/.exec(chosen.ground)?.[0])).toBeLessThan(60);
  expect(Number(chosen.scale)).toBeGreaterThan(1.2);
  const field = page.locator('textarea');
  await field.fill('第一行');
  await field.press('Enter');
  await field.press('Control+Enter');
  await ann.log.getByText('第一行').waitFor();
  await clean(page, 'the lobby in Chinese, very large');
  await ann.leave();

  const guest = await Visitor.arrive(stage.browser, stage.server.page, { locale: 'zh-CN' });
  await guest.page.getByRole('button', { name: 'English' }).click();
  await guest.page.getByRole('button', { name: 'Enter', exact: true }).waitFor();
  await guest.leave();
});
