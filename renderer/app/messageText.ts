import type { Message } from '../../core/contract/record/people.ts';
import type { Tables } from '../../core/domain/record/state.ts';
import { gist, otherSide } from '../../core/domain/messages/messages.ts';
import { isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';

/** `SMS in`, `E-mail out` */
export const wayText = ({ channel, direction }: Pick<Message, 'channel' | 'direction'>): string => t(`messages.way.${direction}`, { channel: t(`channels.${channel}`) });

/** Who is on the other side, by the name that the record has for them where it has one. */
export function otherSideText(tables: Tables, message: Message): string {
  const contact = message.contactId === null ? undefined : tables.contacts[message.contactId];
  return contact?.name ?? otherSide(message) ?? t('messages.unnamed');
}

export const withWhom = (tables: Tables, message: Message): string => t(message.direction === 'in' ? 'messages.from' : 'messages.to', { who: isolated(otherSideText(tables, message)) });

/** Subject or first line, or that the system does not tell it. */
export const gistText = (message: Message): string => gist(message) ?? t('messages.untold');
