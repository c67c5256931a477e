import { useI18n } from 'vue-i18n';

import type { Outcome, Refusal } from '../../stores/model';
import { say } from './toasts';

/** Puts refusals into words, and says the outcomes of actions. */
export function useRefusals() {
  const { t, te } = useI18n();

  function wordsOf(refusal: Refusal): string {
    if (refusal.code === 'removed' && refusal.text) return t('refusal.removedFor', { reason: refusal.text });
    const key = `refusal.${refusal.code}`;
    const words = te(key) ? t(key) : (refusal.text || t('refusal.other', { code: refusal.code }));
    if (!refusal.retryAfter) return words;
    const seconds = Math.ceil(refusal.retryAfter);
    return `${words} ${t('refusal.retryAfter', { n: seconds }, seconds)}`;
  }

  /** Says why not, or `done` when it is done. Whether it is. */
  async function tell(outcome: Promise<Outcome>, done = ''): Promise<boolean> {
    const result = await outcome;
    if (!result.ok) say(wordsOf(result.refusal), 'error');
    else if (done) say(done);
    return result.ok;
  }

  return { wordsOf, tell };
}
