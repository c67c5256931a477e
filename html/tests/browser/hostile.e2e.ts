// What hostile people write, and call themselves, their files and their groups: it is shown, and nothing of it runs or loads.
import 'fake-indexeddb/auto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { newId } from '../../src/protocol/ids';
import { Chatd } from '../support/chatd';
import { Person } from '../support/person';
import { until } from '../support/until';
import payloads from '../text/xss_payloads.json';
import { openChromium, Visitor } from './visitor';

/** Types of the messages that name a file. */
const FILES = [300, 500, 1000];
/** As many characters as a name may have. */
const NAME = 32;
const MEMBERS = 3;

let server: Chatd;
let browser: Browser;
const people: Person[] = [];

/** Calls of what the payloads call, and breaches of the page's policy. */
declare global {
  interface Window {
    breaches: string[];
  }
}

beforeAll(async () => {
  [server, browser] = await Promise.all([Chatd.startWithPage(), openChromium()]);
  const names = payloads.filter((payload) => payload.length <= NAME && payload === payload.trim() && !/[\u0000-\u001f]/.test(payload));
  for (const name of names.slice(0, MEMBERS)) people.push(await Person.enter(server.page, name));
});

afterAll(async () => {
  for (const person of people) person.link.end();
  await browser?.close();
  await server?.stop();
});

/** Scrolls up to the first message; how many were drawn on the way. */
async function seen({ log }: Visitor): Promise<number> {
  const found = new Set<string>();
  await expect.poll(async () => {
    const drawn = await log.evaluate(async (list) => {
      const numbers = new Set<string>();
      for (let frame = 0; frame < 20; frame += 1) {
        for (const item of list.querySelectorAll<HTMLElement>('article[data-seq]')) numbers.add(item.dataset.seq as string);
        list.scrollTop -= 400;
        await new Promise((done) => requestAnimationFrame(done));
      }
      return [...numbers];
    });
    for (const number of drawn) found.add(number);
    return found.has('1');
  }, { timeout: 60_000, interval: 10 }).toBe(true);
  return found.size;
}

test('none of a hundred payloads does anything', async () => {
  expect(payloads.length).toBeGreaterThanOrEqual(100);
  const [first] = people as [Person];
  for (const [index, text] of payloads.entries()) (people[index % people.length] as Person).messages.send('lobby', { text });
  await Promise.all(payloads.map((name, index) => first.link.ask(FILES[index % FILES.length] as number, {
    receiver_id: '0', id: newId(), mess: { path: `/upload/${index}.png`, name, size: 7 },
  }, [110])));
  await until('all stored', () => people.every(({ messages }) => messages.of('lobby').messages.every(({ state }) => state === 'stored')));

  const visitor = await Visitor.arrive(browser, 'about:blank');
  const strangers: string[] = [];
  const here = new URL(server.page).host;
  visitor.page.on('request', (request) => {
    const { protocol, host, pathname } = new URL(request.url());
    // The uploads that the messages name are asked for: they are this server's own.
    if (!['data:', 'blob:', 'about:'].includes(protocol) && host !== here) strangers.push(request.url());
    if (protocol === 'data:' && !/^data:image\/png/.test(request.url())) strangers.push(request.url());
    if (/evil/.test(pathname)) strangers.push(request.url());
  });
  visitor.page.on('dialog', (dialog) => {
    strangers.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  visitor.page.on('popup', (popup) => strangers.push(`popup: ${popup.url()}`));
  await visitor.page.addInitScript(() => {
    window.breaches = [];
    for (const name of ['alert', 'prompt', 'confirm'] as const) {
      Object.defineProperty(window, name, { value: (...given: unknown[]) => window.breaches.push(`${name}(${given.join()})`) });
    }
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) =>
      window.breaches.push(`${violatedDirective} ${blockedURI} ${sourceFile}`));
  });
  await visitor.page.goto(server.page);
  await visitor.enter('hostile-victim');
  const id = await until('the victim', () => first.people.online.find((one) => first.people.get(one).name === 'hostile-victim'));
  await first.groups.create(payloads.find((payload) => payload.includes('onerror') && payload.length < 40) as string, [id, (people[1] as Person).id]);
  first.messages.send(`user:${id}`, { text: payloads[0] as string });
  await visitor.places.getByRole('link').nth(2).waitFor();

  expect(await seen(visitor)).toBeGreaterThanOrEqual(2 * payloads.length);
  // Names in every place that shows them.
  await visitor.page.getByRole('button', { name: 'People', exact: true }).click();
  await visitor.page.getByRole('heading', { name: /people online/ }).waitFor();
  await visitor.page.getByRole('button', { name: 'Chats', exact: true }).click();
  await visitor.page.getByRole('button', { name: 'Details', exact: true }).click();
  await visitor.page.getByRole('complementary').getByText('people online').or(visitor.page.getByText(/people online/)).first().waitFor();
  await visitor.page.keyboard.press('Control+k');
  await visitor.page.getByRole('combobox').fill('<');
  await visitor.page.keyboard.press('Escape');
  for (const place of await visitor.places.getByRole('link').all()) {
    await place.click();
    await visitor.log.getByText(/created the group/).or(visitor.log.getByRole('article')).first().waitFor();
  }

  const found = await visitor.page.evaluate(() => {
    const bad = [...document.querySelectorAll('*')].flatMap((element) => [
      ...(/^(?:iframe|frame|object|embed|applet|base|meta|link|script|style|math|audio|video)$/i.test(element.tagName)
        && element.closest('[role=log], aside') && !(element.tagName === 'AUDIO' && element.closest('.music')) ? [element.outerHTML] : []),
      ...[...element.attributes].filter(({ name }) => /^(?:on|srcdoc|formaction)/i.test(name)).map(({ name }) => `${element.tagName} ${name}`),
      ...(element instanceof HTMLAnchorElement && !/^(?:https?:|mailto:)/.test(element.href) ? [element.href] : []),
    ]);
    return [...bad, ...window.breaches];
  });
  expect(found).toEqual([]);
  expect(strangers).toEqual([]);
  expect(visitor.faults).toEqual([]);
  await visitor.leave();
});
