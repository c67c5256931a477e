// The life of a group, changed messages, answers, and what an administrator does: several people in Chromium.
import { expect, test } from 'vitest';

import { setStage } from '../support/stage';
import { openChromium, Visitor } from './visitor';

const stage = setStage(openChromium);

const inside = (name: string): Promise<Visitor> => Visitor.inside(stage.browser, stage.server.page, name);

test('a group is founded, renamed, joined by invitation, left, cleared and dissolved', async () => {
  const [ann, bob, cy, dora, eva] = await Promise.all(['life-ann', 'life-bob', 'life-cy', 'life-dora', 'life-eva'].map(inside)) as [Visitor, Visitor, Visitor, Visitor, Visitor];
  const everybody = [ann, bob, cy, dora, eva];
  await ann.menu('New group');
  const founding = ann.page.getByRole('dialog', { name: 'New group' });
  await founding.getByRole('textbox', { name: 'Name of the group' }).fill('climbing');
  await founding.getByRole('checkbox', { name: /life-bob/ }).click();
  await expect.poll(() => founding.getByRole('button', { name: 'Create' }).isDisabled()).toBe(true);
  await founding.getByRole('checkbox', { name: /life-cy/ }).click();
  await founding.getByRole('button', { name: 'Create' }).click();
  await ann.page.getByRole('log', { name: 'Messages in climbing' }).waitFor();
  for (const member of [bob, cy]) await member.open('climbing');

  await ann.page.getByRole('button', { name: 'Details', exact: true }).click();
  await ann.page.getByText('Admin of the group').waitFor();
  await ann.page.getByRole('button', { name: 'Rename the group' }).click();
  const renaming = ann.page.getByRole('dialog', { name: 'Rename the group' });
  await renaming.getByRole('textbox').fill('bouldering');
  await renaming.getByRole('button', { name: 'Save' }).click();
  await bob.page.getByRole('log', { name: 'Messages in bouldering' }).waitFor();
  await bob.log.getByText('life-ann renamed the group “bouldering”').waitFor();

  await ann.page.getByRole('button', { name: 'Add people' }).click();
  const adding = ann.page.getByRole('dialog', { name: /^Add people/ });
  await adding.getByRole('checkbox', { name: /life-dora/ }).click();
  await adding.getByRole('button', { name: 'Invite' }).click();
  await dora.page.getByText('life-ann invites you to “bouldering”.').waitFor();
  await dora.page.getByRole('button', { name: 'Join' }).click();
  await dora.page.getByRole('log', { name: 'Messages in bouldering' }).waitFor();
  await bob.log.getByText('life-dora joined').waitFor();
  await ann.page.getByRole('button', { name: 'Add people' }).click();
  await adding.getByRole('checkbox', { name: /life-eva/ }).click();
  await adding.getByRole('button', { name: 'Add people' }).click();
  await eva.open('bouldering');
  await dora.say('hello, I am new');
  await eva.sees('hello, I am new');

  await cy.page.getByRole('button', { name: 'More', exact: true }).click();
  await cy.page.getByRole('menuitem', { name: 'Leave the group' }).click();
  await cy.page.getByRole('dialog').getByRole('button', { name: 'Leave the group' }).click();
  await cy.page.getByRole('log', { name: 'Messages in Lobby' }).waitFor();
  await cy.place('bouldering').waitFor({ state: 'detached' });
  await bob.log.getByText('life-cy left').waitFor();

  await bob.composer.fill('for the climbers');
  await ann.page.getByRole('button', { name: 'Remove life-bob from the group' }).click();
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await bob.place('bouldering').waitFor({ state: 'detached' });
  // What goes on being typed for the group goes nowhere else.
  await bob.page.getByText('You are no longer in this group.').waitFor();
  await bob.page.getByRole('heading', { name: 'bouldering' }).and(bob.page.locator(':focus')).waitFor();
  await bob.page.keyboard.type(' alone ');
  await bob.page.keyboard.press('Enter');
  expect(await bob.composer.count()).toBe(0);
  expect(await bob.page.getByRole('textbox', { name: 'What was not sent' }).inputValue()).toBe('for the climbers');
  await bob.page.getByRole('button', { name: 'Back to the chats' }).click();
  await bob.page.getByRole('log', { name: 'Messages in Lobby' }).waitFor();
  expect(await bob.composer.inputValue()).toBe('');
  expect(await bob.log.getByText('alone').count()).toBe(0);
  await dora.log.getByText('life-ann removed life-bob').waitFor();

  await ann.page.getByRole('button', { name: 'Dissolve the group' }).click();
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Dissolve the group' }).click();
  for (const member of [ann, dora, eva]) await member.place('bouldering').waitFor({ state: 'detached' });
  for (const one of everybody) expect(one.faults).toEqual([]);
  await Promise.all(everybody.map((one) => one.leave()));
});

test('messages are changed, recalled, answered and found again', async () => {
  const [ann, bob] = await Promise.all(['edit-ann', 'edit-bob'].map(inside)) as [Visitor, Visitor];
  await ann.say('at sx');
  await ann.stored('at sx');
  await ann.choose('at sx', 'Edit');
  await ann.say('at six');
  await bob.sees('at six');
  await bob.message('at six').getByText('edited').waitFor();
  await bob.choose('at six', 'Reply');
  await bob.page.getByText('Reply to edit-ann').waitFor();
  await bob.say('fine');
  await ann.message('fine').getByRole('button', { name: /In answer to.*edit-ann|You/ }).waitFor();
  // Higher than the view.
  await ann.say(Array.from({ length: 60 }, (_, row) => `row ${row}`).join('\n'));
  await ann.say('the last');
  await ann.stored('the last');
  await bob.isAtEnd('the last');
  await bob.log.evaluate((log) => void (log.scrollTop = 0));
  await bob.sees('fine');
  await ann.choose('the last', 'Recall');
  await ann.page.getByRole('dialog', { name: 'Recall this message?' }).getByRole('button', { name: 'Recall' }).click();
  await ann.log.getByText('You recalled a message').waitFor();
  await bob.page.getByRole('button', { name: /To the newest message|below/ }).click();
  await bob.log.getByText('Message recalled').waitFor();
  await bob.message('the last').waitFor({ state: 'detached' });

  await bob.menuOf('Jump to date');
  await bob.page.getByRole('dialog', { name: 'Jump to date' }).getByRole('button', { name: 'Jump' }).click();
  await bob.message('at six').first().waitFor();

  await bob.choose('at six', 'Reply');
  await bob.say('long after');
  await bob.isAtEnd('long after');
  const isInView = () => bob.log.evaluate((log) => {
    const item = [...log.querySelectorAll('article')].find((one) => one.querySelector('.said')?.textContent === 'at six')?.getBoundingClientRect();
    const view = log.getBoundingClientRect();
    return item !== undefined && item.top >= view.top && item.bottom <= view.bottom;
  });
  expect(await isInView()).toBe(false);
  await bob.message('long after').getByRole('button', { name: /In answer to/ }).click();
  await expect.poll(isInView).toBe(true);
  expect([...ann.faults, ...bob.faults]).toEqual([]);
  await Promise.all([ann.leave(), bob.leave()]);
});

test('pinned, muted, marked as read, kept as a draft: in the list', async () => {
  const [ann, bob] = await Promise.all(['list-ann', 'list-bob'].map(inside)) as [Visitor, Visitor];
  await ann.find('list-bob');
  await ann.composer.fill('half a th');
  await ann.open('Lobby');
  await ann.place('list-bob').getByText('half a th').waitFor();
  await bob.find('list-ann');
  await bob.say('@list-ann look');
  await bob.stored('@list-ann look');
  const place = ann.place('list-bob');
  await place.getByText('(online, 1 unread message, you are mentioned)').waitFor({ state: 'attached' });
  for (const [item, sign] of [['Pin', 'pinned'], ['Mute', 'muted']] as const) {
    await place.click({ button: 'right' });
    await ann.page.getByRole('menuitem', { name: item, exact: true }).click();
    await place.getByText(sign).waitFor({ state: 'attached' });
  }
  await place.click({ button: 'right' });
  await ann.page.getByRole('menuitem', { name: 'Mark as read' }).click();
  await place.getByText(/unread/).waitFor({ state: 'detached' });
  await ann.page.reload();
  await place.getByText(/pinned, muted/).waitFor({ state: 'attached' });
  expect([...ann.faults, ...bob.faults]).toEqual([]);
  await Promise.all([ann.leave(), bob.leave()]);
});

test('an administrator removes somebody, who is told why', async () => {
  const [root, rude] = await Promise.all(['admin-root', 'admin-rude'].map(inside)) as [Visitor, Visitor];
  stage.server.redis('HSET', `user_id:${stage.server.redis('GET', 'username:admin-root')}`, 'role_id', '99');
  await root.page.reload();
  await root.page.getByRole('button', { name: 'Details', exact: true }).click();
  await root.page.getByRole('button', { name: 'Remove admin-rude' }).click();
  const dialog = root.page.getByRole('dialog', { name: 'Remove admin-rude?' });
  await dialog.getByRole('textbox').fill('too loud');
  await dialog.getByRole('button', { name: 'Remove from the chat' }).click();
  await rude.page.getByRole('alert').getByText(/removed/).waitFor();
  await rude.page.getByText('too loud').waitFor();
  await root.page.getByText('admin-rude was removed.').waitFor();
  await rude.fillIn('admin-rude');
  await rude.page.getByText('This account is disabled.').waitFor();
  expect([...root.faults, ...rude.faults]).toEqual([]);
  await Promise.all([root.leave(), rude.leave()]);
});
