// All stores of a page, set up in the order in which they must hear of news: what others look up comes first.
import type { Pinia } from 'pinia';

import { useCallSigns } from './call_signs';
import { useConnection } from './connection';
import { useConversations } from './conversations';
import { useDrafts } from './drafts';
import { useGroups } from './groups';
import { provideLink, type Link } from './link';
import { useMarks } from './marks';
import { useMessages } from './messages';
import { useNotices } from './notices';
import { useOriginals } from './originals';
import { usePeople } from './people';
import { useSession } from './session';
import { useSettings } from './settings';

export function beginStores(pinia: Pinia, link: Link): void {
  provideLink(pinia, link);
  for (const use of [useSettings, useConnection, usePeople, useMessages, useOriginals, useGroups, useDrafts, useMarks, useConversations,
    useNotices, useCallSigns, useSession]) {
    use(pinia);
  }
}
