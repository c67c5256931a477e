// Recordings of calls that this browser keeps because the page that made them ended before they were saved.
import { shallowRef } from 'vue';

import { LeftRecordings, type KeptRecording } from '../call/recording_keeper';
import { recordingName, saveFile } from '../call/save';
import { RECORDING_KEPT } from './call_signs';
import { useLink } from './link';

export function useCallLeftovers() {
  const { userId, options: { storage } } = useLink();
  const recordings = new LeftRecordings(userId);
  const list = shallowRef<readonly KeptRecording[]>([]);

  async function look(): Promise<void> {
    const { left, any } = await recordings.look();
    list.value = left;
    if (!any) storage.removeItem(RECORDING_KEPT);
  }

  async function discard({ id }: KeptRecording): Promise<void> {
    await recordings.remove(id);
    await look();
  }

  async function save(one: KeptRecording): Promise<void> {
    const file = await recordings.read(one);
    if (file) saveFile(file, recordingName(one.type, new Date(one.began)));
    await discard(one);
  }

  void look();
  return { list, save, discard };
}
