import { computed } from 'vue';

import type { Message, MessageFile } from '../../stores/model';
import { useUploads, type Upload } from '../../stores/uploads';

/** What the parts that show a file are given. */
export interface FileProps {
  message: Message;
  file: MessageFile;
  /** While it is on its way, or was refused. */
  upload: Upload | undefined;
  /** Ready for `src`: where the file is, on this device or at the server; "" when it is nowhere. */
  source: string;
}

const NONE: MessageFile = {
  name: '', url: '', size: 0, kind: '', type: '', width: 0, height: 0, animated: false, preview: '', placeholder: '',
};

export function useFile(message: () => Message) {
  const uploads = useUploads();
  const file = computed(() => message().file ?? NONE);
  const upload = computed(() => uploads.uploads.get(message().id ?? ''));
  const source = computed(() => file.value.url || upload.value?.url || '');
  return { file, upload, source };
}
