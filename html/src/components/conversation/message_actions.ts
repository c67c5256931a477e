import { Copy, Forward, Link, Pencil, Reply, RotateCcw, Trash2, Undo2 } from '@lucide/vue';
import { computed, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';

import type { MenuAction } from '../../design/menu';
import { useGroups } from '../../stores/groups';
import { useMessages } from '../../stores/messages';
import type { Message } from '../../stores/model';
import { useSession } from '../../stores/session';
import { textOfHtml } from '../../text/html';
import { ask, showForward } from '../shared/dialogs';
import { useRefusals } from '../shared/refusals';
import { say } from '../shared/toasts';

/** What a message's menu asks of the conversation it is in. */
export type MessageIntent = { kind: 'reply' | 'edit'; message: Message };

/** What can be done with a message, as entries of a menu. */
export function useMessageActions(message: Ref<Message>, intend: (intent: MessageIntent) => void) {
  const { t } = useI18n();
  const messages = useMessages();
  const groups = useGroups();
  const session = useSession();
  const { tell } = useRefusals();

  /** The server's administrators recall what is in the lobby, a group's what is in the group. */
  function administers({ conversation }: Message): boolean {
    if (conversation === 'lobby') return session.me?.isAdmin ?? false;
    return groups.byId(conversation.replace('group:', ''))?.ownerId === session.me?.id;
  }

  async function copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      say(t('message.copied'));
    } catch {
      say(t('message.notCopied'), 'error');
    }
  }

  async function recall(): Promise<void> {
    const sure = await ask({ title: t('message.recallTitle'), text: t('message.recallText'), action: t('message.recall'), danger: true });
    if (sure) await tell(messages.recall(message.value));
  }

  const actions = computed<MenuAction[]>(() => {
    const it = message.value;
    const list: MenuAction[] = [];
    if (it.state === 'failed') list.push({ key: 'retry', label: t('message.retry'), icon: RotateCcw, run: () => messages.retry(it) });
    if (it.seq > 0 && !it.recalled) list.push({ key: 'reply', label: t('message.reply'), icon: Reply, run: () => intend({ kind: 'reply', message: it }) });
    if (it.state === 'stored' && !it.recalled && it.kind !== 'event') list.push({ key: 'forward', label: t('message.forward'), icon: Forward, run: () => showForward(it) });
    if (it.kind === 'text' && !it.recalled) list.push({ key: 'copy', label: t('message.copy'), icon: Copy, run: () => void copy(textOfHtml(it.text)) });
    if (it.file?.url) list.push({ key: 'link', label: t('message.copyLink'), icon: Link, run: () => void copy(new URL(it.file?.url ?? '', location.href).href) });
    if (messages.canEdit(it)) list.push({ key: 'edit', label: t('message.edit'), icon: Pencil, run: () => intend({ kind: 'edit', message: it }) });
    if (messages.canRecall(it, administers(it))) list.push({ key: 'recall', label: t('message.recall'), icon: Undo2, danger: true, line: true, run: () => void recall() });
    if (['failed', 'queued', 'uploading'].includes(it.state)) list.push({ key: 'discard', label: t('message.discard'), icon: Trash2, danger: true, line: true, run: () => messages.discard(it) });
    return list;
  });

  return { actions, recall };
}
