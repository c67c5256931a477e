// Sending on what others sent: a message of one's own, with the same words, sticker or file.
import { MessageType, type Json } from '../protocol/messages.gen';
import { textOfHtml } from '../text/html';
import { useMessages } from './messages';
import type { ConversationKey, Message, MessageFile, MessageKind } from './model';

const TYPES: Partial<Record<MessageKind, number>> = {
  image: MessageType.image, music: MessageType.music, file: MessageType.file, emotion: MessageType.emotion,
};
/** The end of an upload's address, which is its path. */
const PATH = /\/(?:files\/\w+(?:\/preview)?|upload\/[\w./-]+)$/;

const pathOf = (address: string): string => PATH.exec(address)?.[0] ?? '';

/** The server takes name and path, and knows the rest itself: that is for this page, until it tells. */
function fileFields({ name, url, size, kind, type, width, height, animated, preview, placeholder }: MessageFile): Record<string, Json> {
  return {
    name, path: pathOf(url), size,
    ...(kind && { kind, type }),
    ...(width && height && { width, height }),
    ...(animated && { animated }),
    ...(preview && { preview: pathOf(preview) }),
    ...(placeholder && { placeholder: placeholder.slice(placeholder.indexOf(',') + 1) }),
  };
}

/** Yields what is on its way then, or null when the message cannot be sent on. Who is there may then see its file. */
export function useForward(): (message: Message, to: ConversationKey) => Message | null {
  const messages = useMessages();
  return ({ kind, text, file }, to) => {
    if (kind === 'text') return messages.send(to, { text: textOfHtml(text) });
    const type = TYPES[kind];
    if (type === undefined || (file && !file.url)) return null;
    return messages.post(to, type, { mess: file ? fileFields(file) : text });
  };
}
