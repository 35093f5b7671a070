import { IconArrowDownLeft, IconArrowUpRight, IconBrandSlack, IconBrandTeams, IconBrandWhatsapp, IconMail, IconMessage, IconTriangleFilled } from '@tabler/icons-react';
import type { Message } from '../../core/contract/record/people.ts';
import { wayText } from '../app/messageText.ts';
import { t } from '../i18n/index.ts';

const CHANNELS = { sms: IconMessage, whatsapp: IconBrandWhatsapp, email: IconMail, slack: IconBrandSlack, teams: IconBrandTeams } as const;
const WAYS = { in: IconArrowDownLeft, out: IconArrowUpRight } as const;

/** By which way it came or went, as icons and in words. */
export function MessageWay({ message }: { readonly message: Message }) {
  const [Way, Channel] = [WAYS[message.direction], CHANNELS[message.channel]];
  return (
    <span className="message-way" data-direction={message.direction}>
      <Way size={14} stroke={1.75} aria-hidden />
      <Channel size={16} stroke={1.5} aria-hidden />
      <span>{wayText(message)}</span>
    </span>
  );
}

/** How far it has got; what did not arrive is told by shape, word and colour. */
export function MessageStatus({ status }: { readonly status: Message['status'] }) {
  if (status !== 'failed') return <span>{t(`messageStatus.${status}`)}</span>;
  return (
    <span className="sev" data-severity="warning">
      <IconTriangleFilled size={12} aria-hidden />
      <span>{t('messageStatus.failed')}</span>
    </span>
  );
}
