import { useI18n } from 'vue-i18n';

import { useGroups } from '../../stores/groups';
import { usePeople } from '../../stores/people';
import { useSession } from '../../stores/session';
import type { CallSummary, Conversation, GroupEvent, Message } from '../../stores/model';
import { isVoice } from '../../text/file_names';
import { textOfHtml } from '../../text/html';
import { parseMarkdown } from '../../text/markdown';
import { summaryOf } from '../../text/nodes';
import { clock } from './clock';

/** How messages and conversations are named in lists, quotes and notices. */
export function useWords() {
  const { t, locale } = useI18n();
  const people = usePeople();
  const groups = useGroups();
  const session = useSession();

  function titleOf(conversation: Conversation): string {
    return conversation.kind === 'lobby' ? t('lobby.name') : conversation.title;
  }

  /** The title for a conversation's key, also where it is not listed. */
  function titleOfKey(key: string): string {
    if (key.startsWith('user:')) return people.get(key.slice(5)).name;
    if (key.startsWith('group:')) return groups.byId(key.slice(6))?.name ?? t('group.unknown');
    return t('lobby.name');
  }

  function nameOf(userId: string): string {
    return userId === session.me?.id ? t('people.you') : people.get(userId).name;
  }

  function namesOf(userIds: readonly string[]): string {
    const named = userIds.slice(0, 4).map(nameOf);
    const rest = userIds.length - named.length;
    if (rest > 0) named.push(t('people.others', { n: rest }, rest));
    return new Intl.ListFormat(locale.value, { type: 'conjunction' }).format(named);
  }

  /** Chinese words stand together; only a name of other letters stands apart. */
  const joined = (words: string): string => words.replace(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, '');

  function eventWords(event: GroupEvent, senderId: string): string {
    const who = nameOf(senderId);
    const whom = namesOf(event.members);
    switch (event.action) {
      case 'created': return t('event.created', { who, name: event.name ?? '' });
      case 'joined': return event.members.length === 1 && event.members[0] === senderId ? t('event.joined', { whom }) : t('event.added', { who, whom });
      case 'left': return t('event.left', { whom });
      case 'removed': return t('event.removed', { who, whom });
      case 'pictured': return t('event.pictured', { who });
      case 'renamed': return t('event.renamed', { who, name: event.name ?? '' });
      case 'dissolved': return t('event.dissolved', { who });
    }
  }

  function callWords({ video, seconds, missed, result }: CallSummary): string {
    const kind = video ? 'video' : 'audio';
    if (seconds > 0) return t(`call.record.talked.${kind}`, { time: clock(seconds) });
    return missed ? t(`call.record.missed.${kind}`) : t(`call.record.result.${result}`);
  }

  /** What a message says in one line. */
  function summary(message: Message): string {
    if (message.recalled) return t(message.mine ? 'message.recalledOwn' : 'message.recalled');
    switch (message.kind) {
      case 'text': return summaryOf(parseMarkdown(textOfHtml(message.text.slice(0, 2000)))) || t('message.empty');
      case 'image': return t('message.picture');
      case 'emotion': return t('message.sticker');
      case 'music': return isVoice(message.file?.name ?? '') ? t('message.voice') : t('message.musicNamed', { name: message.file?.name ?? '' });
      case 'file': return message.file?.name || t('message.file');
      case 'event': return message.call ? callWords(message.call) : message.event ? joined(eventWords(message.event, message.senderId)) : '';
    }
  }

  return { titleOf, titleOfKey, nameOf, namesOf, eventWords, summary };
}
