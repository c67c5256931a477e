import { defineAsyncComponent, type AsyncComponentLoader } from 'vue';

import { withCallWords, withDialogWords, withFileWords } from '../../i18n';
import type { Message } from '../../stores/model';
import { openOverlay } from './overlay';

const lazy = (loader: AsyncComponentLoader) => defineAsyncComponent(loader);

const Confirm = lazy(() => import('../dialogs/ConfirmDialog.vue'));
const Settings = lazy(() => withDialogWords(() => import('../settings/SettingsDialog.vue')));
const NewGroup = lazy(() => import('../groups/NewGroupDialog.vue'));
const AddMembers = lazy(() => import('../groups/AddMembersDialog.vue'));
const RenameGroup = lazy(() => import('../groups/RenameGroupDialog.vue'));
const Switcher = lazy(() => withDialogWords(() => import('../dialogs/SwitcherDialog.vue')));
const Forward = lazy(() => withDialogWords(() => import('../dialogs/ForwardDialog.vue')));
const Shortcuts = lazy(() => withDialogWords(() => withCallWords(() => import('../dialogs/ShortcutsDialog.vue'))));
const CallRoom = lazy(() => withCallWords(() => import('../call/RoomDialog.vue')));
const PersonCard = lazy(() => import('../people/PersonDialog.vue'));
const RemovePerson = lazy(() => import('../people/RemovePersonDialog.vue'));
const Viewer = lazy(() => withFileWords(() => import('../files/PictureViewer.vue')));
const SendFiles = lazy(() => withFileWords(() => import('../files/SendFilesDialog.vue')));
const Crop = lazy(() => withFileWords(() => import('../files/CropDialog.vue')));
const JumpToDate = lazy(() => import('../conversation/JumpToDateDialog.vue'));

export const showSettings = (section = 'profile') => openOverlay(Settings, { section });
export const showNewGroup = () => openOverlay(NewGroup);
export const showAddMembers = (groupId: string) => openOverlay(AddMembers, { groupId });
export const showRenameGroup = (groupId: string) => openOverlay(RenameGroup, { groupId });
/** `typed` ends the catching of keys, and gives what was typed before it is there. */
export const showSwitcher = (typed: () => string) => openOverlay(Switcher, { typed });
export const showForward = (message: Message) => openOverlay(Forward, { message });
export const showShortcuts = () => openOverlay(Shortcuts);
/** With a code it goes to that room at once. */
export const showCallRoom = (code = '') => openOverlay(CallRoom, { code });
export const showPerson = (userId: string) => openOverlay(PersonCard, { userId });
export const showRemovePerson = (userId: string) => openOverlay(RemovePerson, { userId });
export const showPicture = (conversation: string, message: Message) => openOverlay(Viewer, { conversation, start: message.key });
export const showSendFiles = (props: Record<string, unknown>) => openOverlay(SendFiles, props);
export const showCrop = (props: Record<string, unknown>) => openOverlay(Crop, props);
export const showJumpToDate = (onPick: (time: number) => void) => openOverlay(JumpToDate, { onPick });

export interface Question {
  title: string;
  text: string;
  /** What the confirming button says. */
  action: string;
  danger?: boolean;
}

/** Asks; whether the answer is yes. */
export function ask(question: Question): Promise<boolean> {
  return new Promise((resolve) => openOverlay(Confirm, { ...question, onAnswer: resolve }));
}
