// Six people in a group's call: all 30 links must show moving pictures, CHATD_MESH_RUNS times of as many.
import { expect, test } from 'vitest';

import { Caller, openWithMedia } from '../browser/caller';
import { setStage } from '../support/stage';

const PEOPLE = ['mesh-ann', 'mesh-bob', 'mesh-cal', 'mesh-dot', 'mesh-eve', 'mesh-fox'];
const RUNS = Number(process.env.CHATD_MESH_RUNS ?? 20);
const LINKS = PEOPLE.length * (PEOPLE.length - 1);
/** For one run. */
const PATIENCE_MS = 60_000;

const stage = setStage(openWithMedia);

interface Outcome {
  /** Links with moving pictures. */
  links: number;
  /** Who does not see how many. */
  missing: string[];
  /** Until all of them had (ms). */
  ms: number;
}

async function run([first, ...others]: Caller[]): Promise<Outcome> {
  await first?.call();
  await Promise.all(others.map((caller) => caller.incoming.waitFor()));
  const begun = Date.now();
  await Promise.all(others.map((caller) => caller.answer()));
  const all = [first as Caller, ...others];
  await Promise.allSettled(all.map((caller) => caller.sees(others.length)));
  const ms = Date.now() - begun;
  const moving = await Promise.all(all.map((caller) => caller.moving()));
  // Each by itself would find the call over before the last click.
  await first?.chooses('End the call for everybody');
  await Promise.all(all.map((caller) => caller.stage.waitFor({ state: 'detached' })));
  return {
    ms, links: moving.reduce((sum, one) => sum + one, 0),
    missing: moving.flatMap((count, index) => (count < others.length ? [`${PEOPLE[index]} lacks ${others.length - count}`] : [])),
  };
}

test(`six people, 30 links, ${RUNS} times`, async () => {
  const callers: Caller[] = [];
  for (const name of PEOPLE) callers.push(await Caller.inside(stage.browser, stage.server.page, name, { viewport: { width: 640, height: 480 } }));
  for (const { page } of callers) page.setDefaultTimeout(PATIENCE_MS);
  await callers[0]?.found('mesh', PEOPLE.slice(1));
  for (const other of callers.slice(1)) await other.open('mesh');
  let complete = 0;
  for (let number = 1; number <= RUNS; number += 1) {
    const { links, missing, ms } = await run(callers);
    if (links === LINKS) complete += 1;
    console.log(`run ${number}: ${links} of ${LINKS} links, after ${ms} ms ${missing.join(', ')}`);
  }
  console.log(`six people, all ${LINKS} links: ${complete}/${RUNS}`);
  expect(complete).toBe(RUNS);
  expect(callers.flatMap(({ faults }) => faults)).toEqual([]);
  await Promise.all(callers.map((caller) => caller.leave()));
}, 120_000 + RUNS * PATIENCE_MS);
