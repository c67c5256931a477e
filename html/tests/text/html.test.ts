import { describe, expect, it } from 'vitest';

import { htmlOfText, textOfHtml } from '../../src/text/html';

describe('text of HTML', () => {
  it.each([
    ['plain', 'plain'],
    ['<p><span class="chat-grid-input chat-stat">hello lobby</span></p>', 'hello lobby'],
    ['<p>one</p><p>two</p>', 'one\ntwo'],
    ['one<br>two<br/>three', 'one\ntwo\nthree'],
    ['a &lt;b&gt; &amp;amp; c', 'a <b> &amp; c'],
    ['caf&#233; &#x1F600; &nbsp;&unknown;', 'café 😀  &unknown;'],
    ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
    ['I <3 you', 'I <3 you'],
    ['a<b and nothing closes it', 'a<b and nothing closes it'],
    ['before<script>alert(1)</script>after', 'beforeafter'],
    ['before<!-- note -->after', 'beforeafter'],
    ['<img src="x" alt="😀">', '😀'],
    ['<img src="/images/emotion/ymj/20.gif">', '😘'],
    ['好<img emoji-name="10" src="/static/emoji/ywz/10.gif">', '好😂'],
    ['<img src="/upload/image/a.png">', '🖼️'],
    ['<a href="https://a.example/">here</a>', 'here (https://a.example/)'],
    ['<a href="https://a.example/">a.example</a>', 'a.example'],
    ['<a href="javascript:alert(1)">here</a>', 'here'],
    ['<img title="a > b" alt="x">y', 'xy'],
    ['&#0;&#7;&#xD800;&#x110000;', ''],
  ])('%s', (html, text) => {
    expect(textOfHtml(html)).toBe(text);
  });

  it.each(['<', '<a', '<a x="', '<!--', '<script>', '</script', '<a href="', '&', '<p>'])('%s in masses takes linear time', (piece) => {
    const started = performance.now();
    textOfHtml(piece.repeat(60_000 / piece.length));
    textOfHtml(`<script>${piece.repeat(60_000 / piece.length)}>`);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('HTML of text', () => {
  it.each(['<b>not bold</b>', 'a & b &amp; c', 'one\ntwo\n\nthree', '  code\n    deeper', '1 < 2 > 0', '&lt;', '"quoted" \'twice\'', '表情 😀'])(
    'says %j again',
    (text) => {
      expect(textOfHtml(htmlOfText(text))).toBe(text);
      expect(htmlOfText(text)).not.toMatch(/<(?!br>)|>(?<!<br>)/);
    },
  );
});
