// @vitest-environment happy-dom
import { flushPromises } from '@vue/test-utils';
import { afterEach, expect, it, vi } from 'vitest';

import EnterPage from '../../src/components/EnterPage.vue';
import { useSession } from '../../src/stores/session';
import { mounted, type Mounted } from '../support/mounted';

let page: Mounted;

afterEach(() => {
  page.wrapper.unmount();
  page.link.end();
});

const answer = (status: number, body: object): typeof fetch => async () => Response.json(body, { status });

async function open(fetched?: typeof fetch): Promise<ReturnType<typeof vi.fn<typeof fetch>>> {
  const spy = vi.fn<typeof fetch>(fetched ?? (async () => { throw new Error('no server'); }));
  page = await mounted(EnterPage, {}, spy);
  return spy;
}

async function enter(name: string, password: string): Promise<void> {
  const [nameField, passwordField] = page.wrapper.findAll('input');
  await nameField?.setValue(name);
  await passwordField?.setValue(password);
  await page.wrapper.get('form').trigger('submit');
  await flushPromises();
}

it('says what is missing beside its field, and asks nobody', async () => {
  const asked = await open();
  await enter(' ', '');
  expect(page.wrapper.text()).toContain('Choose a name.');
  const field = page.wrapper.get('input');
  expect(field.attributes('aria-invalid')).toBe('true');
  expect(page.wrapper.find(`#${field.attributes('aria-describedby')}`).text()).toBe('Choose a name.');
  await enter('ann', '');
  expect(page.wrapper.text()).toContain('Type a password.');
  expect(asked).not.toHaveBeenCalled();
});

it('a wrong password is said beside the password, what is no field’s fault above the form', async () => {
  await open(answer(403, { code: 'wrong_password' }));
  await enter('ann', 'secret12');
  expect(page.wrapper.findAll('input')[1]?.attributes('aria-invalid')).toBe('true');
  expect(page.wrapper.find('[role=alert]').exists()).toBe(false);
  page.wrapper.unmount();
  await open(answer(429, { code: 'login_limited', retry_after: 7 }));
  await enter('ann', 'secret12');
  expect(page.wrapper.get('[role=alert]').text()).toBe('Too many tries. Try again in 7 seconds.');
});

it('says that the server cannot be reached, and why somebody was removed', async () => {
  await open();
  await enter('ann', 'secret12');
  expect(page.wrapper.get('[role=alert]').text()).toBe('The server cannot be reached.');
  useSession().refusal = { code: 'removed', text: 'too loud' };
  await flushPromises();
  expect(page.wrapper.get('[role=alert]').text()).toContain('too loud');
});

it('shows the password on demand, and judges a new one', async () => {
  await open();
  const field = page.wrapper.findAll('input')[1];
  await field?.setValue('aaaaaa');
  expect(page.wrapper.get('[role=status]').text()).toBe('Too easy to guess');
  await field?.setValue('Correct-Horse-42');
  expect(page.wrapper.get('[role=status]').text()).toBe('Strong');
  expect(field?.attributes('type')).toBe('password');
  await page.wrapper.get('button[aria-label="Show the password"]').trigger('click');
  expect(field?.attributes('type')).toBe('text');
});
