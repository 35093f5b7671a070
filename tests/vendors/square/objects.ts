/** One business's objects in the shapes of the published contract; made up. */

export const IDS = { booking: 'bkfixture0001', payment: 'PAYfixture0000000000000001', invoice: 'inv:0-ChFixture-000000001', customer: 'CUFIXTURE0001' } as const;

export const booking = {
  id: IDS.booking,
  version: 2,
  status: 'ACCEPTED',
  created_at: '2026-11-19T09:00:00Z',
  updated_at: '2026-11-20T10:02:00Z',
  start_at: '2027-03-28T09:30:00Z',
  location_id: 'LFIXTURE0000001',
  customer_id: IDS.customer,
  appointment_segments: [
    { duration_minutes: 90, team_member_id: 'TMFIXTURE', intermission_minutes: 15 },
    { duration_minutes: 45, team_member_id: 'TMFIXTURE' },
  ],
};

export const customer = {
  id: IDS.customer,
  created_at: '2026-10-01T09:00:00Z',
  updated_at: '2026-10-02T09:00:00Z',
  given_name: 'Ada',
  family_name: 'Example',
  email_address: 'Couple@Example.org',
  phone_number: '+44 7700 900123',
};

export const payment = {
  id: IDS.payment,
  status: 'COMPLETED',
  created_at: '2026-11-20T10:03:00.100Z',
  updated_at: '2026-11-20T10:04:00.100Z',
  amount_money: { amount: 25_000, currency: 'GBP' },
  tip_money: { amount: 1000, currency: 'GBP' },
  total_money: { amount: 26_000, currency: 'GBP' },
  customer_id: IDS.customer,
  note: 'Bridal make-up, deposit',
  source_type: 'CARD',
};

export const invoice = {
  id: IDS.invoice,
  version: 3,
  status: 'PARTIALLY_PAID',
  created_at: '2026-11-18T09:00:00Z',
  updated_at: '2026-11-20T09:10:00Z',
  invoice_number: '000042',
  title: 'Bridal hair and make-up',
  public_url: 'https://squareup.com/pay-invoice/inv-fixture',
  primary_recipient: { customer_id: IDS.customer, email_address: 'couple@example.org' },
};

export const merchant = { id: 'MFIXTURE0000001', business_name: 'Rose Hair & Make-up', country: 'GB', currency: 'GBP', status: 'ACTIVE' };
