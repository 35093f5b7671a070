/** One business's objects in the shapes of the published contracts; made up. */

export const IDS = { capture: '2GG279541U471931P', refund: '1JU08902781691411', order: '5O190127TN364715T', invoice: 'INV2-Z56S-5LLA-Q52L-CPZ5' } as const;

const gbp = (value: string) => ({ currency_code: 'GBP', value });

export const capture = {
  id: IDS.capture,
  status: 'COMPLETED',
  amount: gbp('1250.00'),
  final_capture: true,
  create_time: '2026-11-20T09:59:00Z',
  update_time: '2026-11-20T10:00:00Z',
  supplementary_data: { related_ids: { order_id: IDS.order } },
};

export const refund = {
  id: IDS.refund,
  status: 'COMPLETED',
  amount: gbp('250.00'),
  seller_payable_breakdown: { total_refunded_amount: gbp('250.00') },
  create_time: '2026-11-20T10:05:00Z',
  update_time: '2026-11-20T10:05:00Z',
  links: [
    { href: `https://api-m.paypal.com/v2/payments/refunds/${IDS.refund}`, rel: 'self', method: 'GET' },
    { href: `https://api-m.paypal.com/v2/payments/captures/${IDS.capture}`, rel: 'up', method: 'GET' },
  ],
};

export const order = {
  id: IDS.order,
  status: 'COMPLETED',
  payer: { email_address: 'couple@example.org', name: { given_name: 'Ada', surname: 'Example' } },
  purchase_units: [{ description: 'Wedding flowers, balance' }],
};

export const invoice = {
  id: IDS.invoice,
  status: 'PARTIALLY_PAID',
  detail: {
    currency_code: 'GBP',
    invoice_number: '0042',
    metadata: {
      create_time: '2026-11-01T09:00:00Z',
      last_update_time: '2026-11-20T10:09:00Z',
      first_sent_time: '2026-11-01T09:05:00Z',
      recipient_view_url: 'https://www.paypal.com/invoice/p/#Z56S5LLAQ52LCPZ5',
    },
  },
  primary_recipients: [{ billing_info: { email_address: 'couple@example.org', name: { given_name: 'Ada', surname: 'Example' } } }],
  payments: {
    transactions: [
      { type: 'PAYPAL', payment_id: IDS.capture, payment_date: '2026-11-20', method: 'PAYPAL', amount: gbp('1250.00') },
      { type: 'EXTERNAL', payment_id: 'EXTR-86F38350LX4353815', payment_date: '2026-11-10', method: 'CASH', amount: gbp('100.00') },
    ],
  },
};

export const webhook = { id: 'WHFIXTURE1', url: 'https://hooks.example.test/', event_types: [{ name: 'PAYMENT.CAPTURE.COMPLETED' }] };
