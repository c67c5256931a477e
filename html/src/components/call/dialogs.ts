import { defineAsyncComponent, type AsyncComponentLoader } from 'vue';

import type { CallSession } from '../../stores/call_session';
import { openOverlay } from '../shared/overlay';

const lazy = (loader: AsyncComponentLoader) => defineAsyncComponent(loader);
const PreJoin = lazy(() => import('./PreJoinDialog.vue'));
const Devices = lazy(() => import('./CallDevicesDialog.vue'));
const Doctor = lazy(() => import('./CallDoctorDialog.vue'));
const Invite = lazy(() => import('./CallInviteDialog.vue'));
const Test = lazy(() => import('./CallTestDialog.vue'));

export interface Begin {
  conversation: string;
  video: boolean;
  callId?: string;
  move?: boolean;
}

export const showPreJoin = (begin: Begin) => openOverlay(PreJoin, { ...begin });
export const showCallTest = () => openOverlay(Test);
export const showDevices = () => openOverlay(Devices);
export const showDoctor = (session: CallSession) => openOverlay(Doctor, { session });
export const showInvite = (session: CallSession) => openOverlay(Invite, { session });
