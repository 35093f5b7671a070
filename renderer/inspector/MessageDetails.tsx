import { withWhom } from '../app/messageText.ts';
import { useScope, useTables } from '../app/selectors.ts';
import { Moment } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { MessageStatus, MessageWay } from '../messages/parts.tsx';
import { alertsAbout, contactLink, weddingLink, zoneOf } from './links.ts';
import { Details, Missing, type Fact } from './parts.tsx';

export function MessageDetails({ id }: { readonly id: string }) {
  const tables = useTables();
  const scope = useScope();
  const message = tables.messages[id];
  if (!message) return <Missing />;
  const zone = zoneOf(tables, message.weddingId, scope.zone);
  const facts: Fact[] = [];
  const sides = [
    ['facts.from', [message.fromName, message.fromAddress]],
    ['facts.to', [message.toAddress]],
  ] as const;
  for (const [label, known] of sides) {
    const told = known.filter((part) => part !== null);
    if (told.length > 0) facts.push({ label: t(label), value: told.map((part) => <bdi key={part} className="fact-part num">{part}</bdi>) });
  }
  if (message.sentAt) facts.push({ label: t(message.direction === 'in' ? 'facts.cameIn' : 'facts.wentOut'), value: <Moment at={message.sentAt} zone={zone} /> });
  if (message.failureReason) facts.push({ label: t('facts.failure'), value: message.failureReason });
  return (
    <Details
      kind={t('inspector.kind.message')}
      title={message.subject ?? withWhom(tables, message)}
      state={
        <>
          <MessageWay message={message} /> <MessageStatus status={message.status} />
        </>
      }
      lead={message.text === null ? t('messages.untold') : <span className="message-text" dir="auto">{message.text}</span>}
      facts={facts}
      row={message}
      collection="messages"
      zone={zone}
      related={[...contactLink(tables, message.contactId), ...weddingLink(tables, message.weddingId), ...alertsAbout(tables, 'messages', id)]}
    />
  );
}
