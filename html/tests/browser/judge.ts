// What can be said of any view by machine: what axe finds, and whether it fits.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds in the page as it is, or in a part of it, light, and dark as far as colours are concerned. An open menu stands in no region of the page, and need not. */
export async function clean(page: Page, view: string, part = 'html'): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(`window.axe ?? (() => { ${AXE} })()`);
    const { violations } = await page.evaluate(([selector, dark]) =>
      (window as unknown as { axe: { run(part: string, options: RunOptions): Promise<AxeResults> } }).axe.run(selector, {
        resultTypes: ['violations'],
        ...(dark ? { runOnly: ['color-contrast', 'link-in-text-block'] } : { rules: { region: { enabled: selector === 'html' && document.querySelector('[role=menu]') === null } } }),
      }), [part, colorScheme === 'dark'] as const);
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
    expect({ view, colorScheme, found }).toEqual({ view, colorScheme, found: [] });
  }
}

/** Nothing is wider than the window, and every control in it can be hit. */
export async function fits(page: Page, view: string, least = 24): Promise<void> {
  const found = await page.evaluate((size) => {
    const wide = document.documentElement.scrollWidth > innerWidth ? [`${document.documentElement.scrollWidth} wide`] : [];
    const small = [...document.querySelectorAll<HTMLElement>('button, a[href], [role=tab], [role=switch], [role=radio], [role=menuitem]')]
      .filter((one) => one.checkVisibility({ checkOpacity: true }) && !one.closest('.said, .quote') && getComputedStyle(one).display !== 'inline'
        // Its whole surroundings are a part of it.
        && getComputedStyle(one, '::after').position !== 'absolute')
      .flatMap((one) => {
        const { width, height } = one.getBoundingClientRect();
        return width > 2 && (width < size || height < size) ? [`${one.ariaLabel ?? one.textContent} ${Math.round(width)} × ${Math.round(height)}`] : [];
      });
    return [...wide, ...small];
  }, least);
  expect({ view, found }).toEqual({ view, found: [] });
}
