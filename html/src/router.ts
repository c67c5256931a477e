// Which view an address shows. The address is in the hash, so any server can serve the page from any folder.
import { createRouter, createWebHashHistory, isNavigationFailure, NavigationFailureType } from 'vue-router';

import { enterPage, leavePage } from './components/shared/back';
import { showCallRoom } from './components/shared/dialogs';
import { useSession } from './stores/session';

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/enter', name: 'enter', component: () => import('./components/EnterPage.vue') },
    { path: '/:conversation?', name: 'chat', component: () => import('./components/ChatPage.vue'), props: true },
    // Never shown: a link into a call room asks for devices, over the chat that is open.
    { path: '/call/:code', name: 'room', component: () => import('./components/ChatPage.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
});

router.beforeEach(async (to, from) => {
  await leavePage();
  const inside = useSession().phase === 'in';
  if (to.name === 'enter' && inside) return String(to.query.next ?? '/');
  if (to.name !== 'enter' && !inside) return { name: 'enter', query: to.path === '/' ? {} : { next: to.path } };
  if (to.name === 'room') {
    showCallRoom(String(to.params.code));
    return from.name === 'chat' ? false : '/';
  }
  return true;
});
router.afterEach((_to, _from, failure) => {
  // Another took its place, which is under way.
  if (!isNavigationFailure(failure, NavigationFailureType.cancelled)) enterPage();
});
