import { computed, defineComponent, h } from 'vue';
import { useI18n } from 'vue-i18n';

import { usePeople } from '../../stores/people';
import { useSession } from '../../stores/session';
import { countOnlyEmoji } from '../../text/emoji';
import { textOfHtml } from '../../text/html';
import { parseMarkdown } from '../../text/markdown';
import { renderBlocks } from '../../text/render';
import { EVERYBODY } from '../composer/mentions';
import { showPerson } from '../shared/dialogs';

/** What somebody wrote, as elements. */
export default defineComponent({
  props: {
    text: { type: String, required: true },
    mentions: { type: Array<string>, required: true },
  },
  setup(props) {
    const { t } = useI18n();
    const people = usePeople();
    const session = useSession();
    const plain = computed(() => textOfHtml(props.text));
    const named = computed(() => props.mentions.flatMap((userId) =>
      userId === '0' ? EVERYBODY.map((name) => ({ userId, name })) : [{ userId, name: people.get(userId).name }]));
    const blocks = computed(() => parseMarkdown(plain.value, named.value));
    const emoji = computed(() => countOnlyEmoji(plain.value));
    // Markup that says nothing.
    return () => (plain.value.trim() === '' ? h('p', { class: 'unsaid' }, t('message.empty')) : h(
      'div',
      { class: ['said', emoji.value > 0 && emoji.value < 4 && `emoji-${emoji.value}`], dir: 'auto' },
      renderBlocks(blocks.value, { ownId: session.me?.id, onMention: showPerson }),
    ));
  },
});
