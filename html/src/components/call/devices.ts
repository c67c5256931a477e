import { useEventListener } from '@vueuse/core';
import { ref } from 'vue';

/** The microphones, cameras and speakers that are there now; names are known once the user allowed to use one. */
export function useDevices() {
  const all = ref<MediaDeviceInfo[]>([]);

  async function refresh(): Promise<void> {
    all.value = await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [];
  }

  if (navigator.mediaDevices) useEventListener(navigator.mediaDevices, 'devicechange', () => void refresh());
  void refresh();

  const of = (kind: MediaDeviceKind) => all.value.filter((device) => device.kind === kind && device.deviceId !== '');
  return { refresh, of };
}
