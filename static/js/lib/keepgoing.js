// A sentence that asks for an answer, for the customer's next word brings the replies back: the
// team's or the agent's own quick reply of that title, else a ready one.
import { t } from './i18n.js';
import { countUse, quickFor } from './quick.js';
import { filledBody } from './variables.js';

export function keepGoing(conversation) {
  const title = t('composer.keep_going_title');
  const found = quickFor(conversation.account).find(({ row }) => row.type === 'text' && row.title.toLowerCase().includes(title));
  if (!found) return t('composer.keep_going');
  countUse(found.row);
  return filledBody(found.row.body, conversation).content;
}
