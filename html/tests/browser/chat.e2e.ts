// Several people in Chromium against a real server: the ways through the chat.
import { expect, test } from 'vitest';

import { setStage } from '../support/stage';
import { openChromium, Visitor } from './visitor';

const stage = setStage(openChromium);

const inside = (name: string, settings?: Parameters<typeof Visitor.inside>[3]): Promise<Visitor> =>
  Visitor.inside(stage.browser, stage.server.page, name, settings);

test('two people register, talk in the lobby, and see who is there and what is stored', async () => {
  const ann = await inside('e2e-ann');
  const bob = await inside('e2e-bob');
  await ann.say('hello bob');
  await ann.stored('hello bob');
  await bob.sees('hello bob');
  await bob.page.getByRole('article', { name: /e2e-ann/ }).first().waitFor();
  await bob.page.getByRole('button', { name: 'People', exact: true }).click();
  await bob.page.getByRole('button', { name: /e2e-ann/ }).first().waitFor();
  expect([...ann.faults, ...bob.faults]).toEqual([]);
  await Promise.all([ann.leave(), bob.leave()]);
});

test('after a reload one is in, and what was said is there', async () => {
  const carl = await inside('e2e-carl');
  await carl.say('before the reload');
  await carl.stored('before the reload');
  await carl.page.reload();
  await carl.sees('before the reload');
  await carl.say('and after it');
  await carl.stored('and after it');
  await carl.leave();
});

test('a private chat: found by name, unread for the other until it is opened', async () => {
  const dora = await inside('e2e-dora');
  const emil = await inside('e2e-emil');
  await dora.find('e2e-emil');
  await dora.say('just the two of us');
  await dora.stored('just the two of us');
  const place = emil.place('e2e-dora');
  await place.waitFor();
  await place.getByText('1 unread message').waitFor({ state: 'attached' });
  await expect.poll(() => emil.page.title()).toMatch(/^\(1\) /);
  await emil.open('e2e-dora');
  await emil.sees('just the two of us');
  await place.getByText(/unread/).waitFor({ state: 'detached' });
  await emil.say('yes');
  await dora.sees('yes');
  expect([...dora.faults, ...emil.faults]).toEqual([]);
  await Promise.all([dora.leave(), emil.leave()]);
});

test('a second device sees what the first one does, and can be logged out from it', async () => {
  const laptop = await inside('e2e-ida');
  await laptop.say('from the laptop');
  await laptop.stored('from the laptop');
  const phone = await inside('e2e-ida', { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
  await phone.open('Lobby');
  await phone.sees('from the laptop');
  await laptop.say('both see this');
  await phone.sees('both see this');
  await laptop.menu('Settings');
  await laptop.page.getByRole('tab', { name: 'Devices' }).or(laptop.page.getByRole('button', { name: 'Devices' })).first().click();
  await laptop.page.getByRole('button', { name: /^Log out/ }).last().click();
  await phone.page.getByRole('textbox', { name: 'Password', exact: true }).waitFor();
  await phone.page.getByRole('alert').first().waitFor();
  expect(laptop.faults).toEqual([]);
  await Promise.all([laptop.leave(), phone.leave()]);
});

test('logging out ends the session, and the page holds no secret', async () => {
  const jo = await inside('e2e-jo');
  const [cookie] = await jo.page.context().cookies();
  expect(cookie).toMatchObject({ name: '__Host-chatd', httpOnly: true, secure: true, sameSite: 'Strict' });
  const held = await jo.page.evaluate(() =>
    document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.documentElement.innerHTML);
  expect(held).not.toContain(cookie?.value);
  await jo.menu('Log out');
  await jo.page.getByRole('button', { name: 'Log out', exact: true }).last().click();
  await jo.page.getByRole('textbox', { name: 'Password', exact: true }).waitFor();
  expect(await jo.page.context().cookies()).toEqual([]);
  await jo.page.reload();
  await jo.page.getByRole('textbox', { name: 'Password', exact: true }).waitFor();
  await jo.leave();
});

test('a wrong password is refused in words', async () => {
  await (await inside('e2e-kim')).leave();
  const visitor = await Visitor.arrive(stage.browser, stage.server.page);
  await visitor.fillIn('e2e-kim', 'wrong-one');
  await visitor.page.getByText(/do not belong together|wrong/i).first().waitFor();
  await visitor.leave();
});

test('what the server refuses stays, with the reason, until it is sent again or discarded', async () => {
  const lea = await inside('e2e-lea');
  await lea.page.evaluate(() => void (location.hash = '/user:nobody-of-this-name'));
  await lea.page.getByRole('log', { name: 'Messages in nobody-of-this-name' }).waitFor();
  await lea.say('is there anybody');
  const refused = lea.log.getByRole('alert').filter({ hasText: 'There is no such person.' });
  await refused.waitFor();
  await lea.message('is there anybody').getByRole('img', { name: 'Not sent' }).waitFor();
  await refused.getByRole('button', { name: 'Retry' }).click();
  await refused.waitFor();
  await refused.getByRole('button', { name: 'Discard' }).click();
  await lea.message('is there anybody').waitFor({ state: 'detached' });
  expect(lea.faults).toEqual([]);
  await lea.leave();
});

test('an emoji is found by its name, and is at hand the next time', async () => {
  const max = await inside('e2e-max');
  const { page } = max;
  const opener = page.getByRole('button', { name: 'Emoji and stickers' });
  const emoji = page.getByRole('group', { name: 'Emoji', exact: true });
  await opener.click();
  await page.getByRole('textbox', { name: 'Search emoji' }).fill('rocket');
  await emoji.getByRole('button', { name: 'rocket' }).click();
  expect(await max.composer.inputValue()).toBe('🚀');
  await page.keyboard.press('Escape');
  await emoji.waitFor({ state: 'detached' });
  await opener.click();
  await emoji.getByRole('button').first().and(page.getByRole('button', { name: 'rocket' })).waitFor();
  expect(max.faults).toEqual([]);
  await max.leave();
});
