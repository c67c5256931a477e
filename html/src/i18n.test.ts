import { expect, test } from 'vitest';

import { localeFor } from './i18n';

test('the choice comes first, then what the browser prefers, then English', () => {
  expect(localeFor('zh-CN', ['en-US'])).toBe('zh-CN');
  expect(localeFor('system', ['fr', 'zh-TW', 'en'])).toBe('zh-CN');
  expect(localeFor('system', ['en-GB', 'zh'])).toBe('en');
  expect(localeFor('system', ['fr'])).toBe('en');
});
