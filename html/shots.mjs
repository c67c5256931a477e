import { chromium } from 'playwright-core';
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
const d = mkdtempSync('/tmp/s5/srv/');
const port = 29443;
const srv = spawn('/work/lead/build/chatd', ['-p', String(port), '--tls-cert', '/tmp/s5/srv/ssl/cert.pem', '--tls-key', '/tmp/s5/srv/ssl/key.pem',
  '--redis', 'managed', '--data', d + '/var', '--upload', d + '/up', '--html', '/work/lead/html/dist', '--rate-limits', 'off'], { stdio: ['ignore', 'pipe', 'pipe'] });
await new Promise((r) => { let t=''; const f=(b) => { t += b; if (/ listens on /.test(t)) r(); }; srv.stdout.on('data', f); srv.stderr.on('data', f); });
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--ignore-certificate-errors', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] });
const url = `https://localhost:${port}/`;
const shot = (p, n) => p.screenshot({ path: `/tmp/s5/shots/${n}.png` });
const words = { en: ['Name', 'Password', 'Enter', 'Message'], zh: ['名字', '密码', '进入', '消息'] };
async function person(name, { locale = 'en-US', colorScheme = 'light', viewport = { width: 1200, height: 800 }, ...more } = {}) {
  const c = await b.newContext({ ignoreHTTPSErrors: true, locale, colorScheme, viewport, permissions: ['microphone', 'camera', 'notifications'], ...more });
  const p = await c.newPage(); p.setDefaultTimeout(15000);
  await p.goto(url); p.who = name; return p;
}
async function enter(p) {
  const boxes = p.locator('form input');
  await boxes.nth(0).fill(p.who); await p.locator('input[type=password]').first().fill('secret12');
  await p.locator('form button[type=submit]').click();
  await p.getByRole('textbox').first().waitFor();
}
const say = async (p, t) => { const box = p.locator('textarea, [contenteditable=true]').last(); await box.fill(t); await box.press('Enter'); };
try {
  const ann = await person('Ann'); await shot(ann, 'enter-light');
  const ben = await person('小明', { locale: 'zh-CN', colorScheme: 'dark' }); await shot(ben, 'enter-zh-dark');
  await enter(ann); await enter(ben);
  const phone = await person('Cleo', { viewport: { width: 375, height: 760 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
  await enter(phone); await shot(phone, 'phone-list');
  globalThis.api = { ann, ben, phone, shot, say, person, enter };
  const { default: run } = await import(process.argv[2]);
  await run(globalThis.api);
} catch (e) { console.log(String(e)); for (const c of b.contexts()) for (const p of c.pages()) await shot(p, 'failed-' + c.pages().indexOf(p) + '-' + b.contexts().indexOf(c)); }
await b.close(); srv.kill('SIGTERM'); await new Promise((r) => srv.on('exit', r));
