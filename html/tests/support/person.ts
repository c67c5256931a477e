// A user of the stores in a browser of their own, without a page.
import { createPinia, setActivePinia, type Pinia } from 'pinia';
import { createApp } from 'vue';

import { beginStores } from '../../src/stores';
import { useConnection } from '../../src/stores/connection';
import { useConversations } from '../../src/stores/conversations';
import { useDrafts } from '../../src/stores/drafts';
import { useGroups } from '../../src/stores/groups';
import { Link, type LinkOptions } from '../../src/stores/link';
import { useMessages } from '../../src/stores/messages';
import { useNotices } from '../../src/stores/notices';
import { usePeople } from '../../src/stores/people';
import { useSession } from '../../src/stores/session';
import { useSettings } from '../../src/stores/settings';
import { useUploads } from '../../src/stores/uploads';
import { Browser } from './browser';
import { until } from './until';

export class Person {
  readonly pinia: Pinia = createPinia();
  readonly link: Link;

  constructor(readonly browser: Browser, options: Partial<LinkOptions> = {}) {
    createApp({}).use(this.pinia);
    setActivePinia(this.pinia);
    const { addresses, http, storage, surroundings, open, uploads } = browser;
    this.link = new Link({ addresses, http, storage, surroundings, open, uploads, ...options });
    beginStores(this.pinia, this.link);
  }

  /** In, online, and with everything told. */
  static async enter(page: string, name: string, browser = new Browser(page)): Promise<Person> {
    const person = new Person(browser);
    const outcome = await person.session.enter(name, 'secret12');
    if (!outcome.ok) throw new Error(outcome.refusal.code);
    await person.online();
    return person;
  }

  /** The page is loaded again in the same browser. */
  async reload(): Promise<Person> {
    this.link.end();
    const person = new Person(this.browser);
    await person.session.start();
    return person;
  }

  async online(): Promise<void> {
    await until('online', () => this.connection.phase === 'online');
  }

  /** The network breaks; returns when that is noticed. */
  async cut(): Promise<void> {
    const noticed = new Promise<void>((done) => this.link.connection?.events.on('lost', () => done()));
    this.browser.cut();
    await noticed;
  }

  get session() { return useSession(this.pinia); }
  get connection() { return useConnection(this.pinia); }
  get people() { return usePeople(this.pinia); }
  get messages() { return useMessages(this.pinia); }
  get groups() { return useGroups(this.pinia); }
  get drafts() { return useDrafts(this.pinia); }
  get conversations() { return useConversations(this.pinia); }
  get settings() { return useSettings(this.pinia); }
  get uploads() { return useUploads(this.pinia); }
  get notices() { return useNotices(this.pinia); }

  get id(): string { return this.session.me?.id ?? ''; }

  /** The texts in view of a conversation. */
  texts(key: string): string[] {
    return this.messages.of(key).messages.map(({ text }) => text);
  }

  /** Sends a text and waits until it is stored. */
  async say(key: string, text: string): Promise<number> {
    const message = this.messages.send(key, { text });
    return await until(`${text} stored`, () =>
      this.messages.of(key).messages.find((one) => one.key === message?.key && one.state === 'stored')?.seq);
  }
}
