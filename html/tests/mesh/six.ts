// Six people in a group's call: all 30 links must show moving pictures, CHATD_MESH_RUNS times of as many.
import { expect, test } from 'vitest';

import { Caller, openWithMedia } from '../browser/caller';
import { setStage } from '../support/stage';

const PEOPLE = ['mesh-ann', 'mesh-bob', 'mesh-cal', 'mesh-dot', 'mesh-eve', 'mesh-fox'];
const RUNS = Number(process.env.CHATD_MESH_RUNS ?? 20);
const PATIENCE_MS = 90_000;

const stage = setStage(openWithMedia);

/** Found by the first one; all others have it open. */
async function found(callers: Caller[]): Promise<void> {
  const [first, ...others] = callers as [Caller, ...Caller[]];
  await first.menu('New group');
  const dialog = first.page.getByRole('dialog', { name: 'New group' });
  await dialog.getByRole('textbox', { name: 'Name of the group' }).fill('mesh');
  for (const name of PEOPLE.slice(1)) await dialog.getByRole('checkbox', { name: new RegExp(name) }).click();
  await dialog.getByRole('button', { name: 'Create' }).click();
  await first.page.getByRole('log', { name: 'Messages in mesh' }).waitFor();
  for (const other of others) await other.open('mesh');
}

/** Links with moving pictures, and how long it took until all of them had (ms). */
async function run([first, ...others]: Caller[]): Promise<{ links: number; ms: number }> {
  await first?.call();
  await Promise.all(others.map((caller) => caller.incoming.waitFor()));
  const begun = Date.now();
  await Promise.all(others.map((caller) => caller.answer()));
  const all = [first as Caller, ...others];
  await Promise.allSettled(all.map((caller) => caller.sees(all.length - 1)));
  const ms = Date.now() - begun;
  const moving = await Promise.all(all.map((caller) => caller.moving()));
  // Each by itself would find the call over before the last click.
  await first?.chooses('End the call for everybody');
  await Promise.all(all.map((caller) => caller.stage.waitFor({ state: 'detached' })));
  return { links: moving.reduce((sum, one) => sum + one, 0), ms };
}

test(`six people, 30 links, ${RUNS} times`, async () => {
  const callers: Caller[] = [];
  for (const name of PEOPLE) callers.push(await Caller.inside(stage.browser, stage.server.page, name, { viewport: { width: 640, height: 480 } }));
  for (const { page } of callers) page.setDefaultTimeout(PATIENCE_MS);
  await found(callers);
  let complete = 0;
  for (let number = 1; number <= RUNS; number += 1) {
    const { links, ms } = await run(callers);
    if (links === 30) complete += 1;
    console.log(`run ${number}: ${links} of 30 links, after ${ms} ms; complete ${complete} of ${number}`);
  }
  expect(complete).toBe(RUNS);
});
