import { computed, markRaw, onBeforeUnmount, reactive, ref } from 'vue';

import { useConnection } from '../../stores/connection';
import type { FileToSend } from '../../stores/uploads';
import { asJpeg, measured, shrink, worthShrinking, type Photo } from './photos';
import type { Size } from './zoom';

/** A file that was chosen, before it is sent. */
export interface Chosen {
  id: number;
  file: File;
  name: string;
  /** For `src`; "" for what is no picture. */
  url: string;
  pixels: Size | null;
  /** A smaller one, of a large photo. */
  smaller: Photo | null;
  /** Looked at by now. */
  ready: boolean;
}

let lastId = 0;

const rawPhoto = (photo: Photo | null): Photo | null => photo && markRaw(photo);

async function isReadable(file: File): Promise<boolean> {
  return await file.slice(0, 1).arrayBuffer().then(() => true, () => false);
}

/** Files that were chosen, in the order in which they will go. `unreadable` is told of folders and the like. */
export function useChosenFiles(unreadable: (name: string) => void) {
  const connection = useConnection();
  const chosen = reactive<Chosen[]>([]);
  const shrinking = ref(true);

  const canShrink = computed(() => chosen.some(({ smaller }) => smaller));
  const ready = computed(() => chosen.length > 0 && chosen.every((one) => one.ready));

  const sentOf = ({ smaller, file }: Chosen): Blob => (shrinking.value && smaller ? smaller.blob : file);
  const isTooLarge = (one: Chosen): boolean => connection.maxUploadBytes > 0 && sentOf(one).size > connection.maxUploadBytes;
  const anyTooLarge = computed(() => chosen.some(isTooLarge));

  async function look(one: Chosen): Promise<void> {
    if (!await isReadable(one.file)) {
      remove(one.id);
      return unreadable(one.name);
    }
    if (one.file.type.startsWith('image/')) {
      one.pixels = await measured(one.file);
      if (one.pixels && worthShrinking(one.file.type, one.file.size, one.pixels)) one.smaller = rawPhoto(await shrink(one.file));
      if (one.pixels) one.url = URL.createObjectURL(one.file);
    }
    one.ready = true;
  }

  function add(files: readonly File[]): void {
    for (const file of files) {
      lastId += 1;
      chosen.push({ id: lastId, file: markRaw(file), name: file.name, url: '', pixels: null, smaller: null, ready: false });
      void look(chosen[chosen.length - 1] as Chosen);
    }
  }

  function remove(id: number): void {
    const at = chosen.findIndex((one) => one.id === id);
    const [gone] = at < 0 ? [] : chosen.splice(at, 1);
    if (gone?.url) URL.revokeObjectURL(gone.url);
  }

  function move(at: number, to: number): void {
    const [one] = to >= 0 && to < chosen.length ? chosen.splice(at, 1) : [];
    if (one) chosen.splice(to, 0, one);
  }

  function toSend(): FileToSend[] {
    return chosen.map((one) => {
      const smaller = shrinking.value ? one.smaller : null;
      const pixels = smaller ?? one.pixels;
      return {
        blob: sentOf(one), name: smaller ? asJpeg(one.name) : one.name,
        ...(pixels && { width: pixels.width, height: pixels.height }),
      };
    });
  }

  onBeforeUnmount(() => {
    for (const { url } of chosen) if (url) URL.revokeObjectURL(url);
  });
  return { chosen, shrinking, canShrink, ready, anyTooLarge, add, remove, move, sentOf, isTooLarge, toSend };
}
