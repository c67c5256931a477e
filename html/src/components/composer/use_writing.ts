import { computed, nextTick, ref, watch, type Ref } from 'vue';

import { useDrafts } from '../../stores/drafts';
import type { Message } from '../../stores/model';
import { textOfHtml } from '../../text/html';

interface Given {
  conversationKey: string;
  textarea: Ref<HTMLTextAreaElement | null | undefined>;
  text: Ref<string>;
  /** A message is edited: these are mentioned in it. */
  mentioned: (ids: readonly string[]) => void;
}

/** What is being written: a message, an answer, or the change of one; what is no change is kept as a draft. */
export function useWriting({ conversationKey, textarea, text, mentioned }: Given) {
  const drafts = useDrafts();
  /** Number of the message that is answered; 0: none. */
  const replyTo = ref(drafts.get(conversationKey).replyTo);
  const editing = ref<Message>();
  const begun = computed(() => ({ text: text.value, replyTo: replyTo.value }));

  // At once: a view that is taken down keeps nothing any more.
  watch(begun, (now) => {
    if (!editing.value) drafts.set(conversationKey, now);
  }, { flush: 'sync' });

  function focusAtEnd(): void {
    void nextTick(() => {
      textarea.value?.focus();
      textarea.value?.setSelectionRange(text.value.length, text.value.length);
    });
  }

  function reply(message: Message): void {
    leaveEdit();
    replyTo.value = message.seq;
    focusAtEnd();
  }

  function edit(message: Message): void {
    editing.value = message;
    text.value = textOfHtml(message.text);
    mentioned(message.mentions);
    focusAtEnd();
  }

  /** Back to what was begun before. */
  function leaveEdit(): void {
    if (!editing.value) return;
    editing.value = undefined;
    const kept = drafts.get(conversationKey);
    text.value = kept.text;
    replyTo.value = kept.replyTo;
  }

  /** Takes back what Esc takes back; whether there was something. */
  function escape(): boolean {
    if (editing.value) leaveEdit();
    else if (replyTo.value) replyTo.value = 0;
    else return false;
    return true;
  }

  function clear(): void {
    leaveEdit();
    text.value = '';
    replyTo.value = 0;
    drafts.clear(conversationKey);
  }

  return { replyTo, editing, reply, edit, leaveEdit, escape, clear };
}
