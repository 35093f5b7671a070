import { useScope, useTables } from '../app/selectors.ts';
import { moneyText } from '../components/format.ts';
import { Moment } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { alertsAbout, subjectLink, weddingLink, zoneOf } from './links.ts';
import { Details, Missing, type Fact } from './parts.tsx';

export function PaymentDetails({ id }: { readonly id: string }) {
  const tables = useTables();
  const scope = useScope();
  const payment = tables.payments[id];
  if (!payment) return <Missing />;
  const zone = zoneOf(tables, payment.weddingId, scope.zone);
  const facts: Fact[] = [{ label: t('facts.amount'), value: <span className="num">{moneyText(payment.amountMinor, payment.currency)} <span className="dim">{payment.currency}</span></span> }];
  if (payment.refundedMinor > 0) facts.push({ label: t('facts.refunded'), value: <span className="num">{moneyText(payment.refundedMinor, payment.currency)}</span> });
  if (payment.payerName) facts.push({ label: t('facts.payer'), value: payment.payerName });
  if (payment.description) facts.push({ label: t('facts.for'), value: payment.description });
  if (payment.paidAt) facts.push({ label: t('facts.paid'), value: <Moment at={payment.paidAt} zone={zone} /> });
  if (payment.failureReason) facts.push({ label: t('facts.failure'), value: payment.failureReason });
  return (
    <Details
      kind={t('inspector.kind.payment')}
      title={`${moneyText(payment.amountMinor, payment.currency)} ${payment.payerName ?? payment.description ?? ''}`.trim()}
      state={t(`paymentStatus.${payment.status}`)}
      facts={facts}
      row={payment}
      collection="payments"
      zone={zone}
      related={[...weddingLink(tables, payment.weddingId), ...(payment.bookingId ? subjectLink(tables, { collection: 'bookings', id: payment.bookingId }) : []), ...alertsAbout(tables, 'payments', id)]}
    />
  );
}
