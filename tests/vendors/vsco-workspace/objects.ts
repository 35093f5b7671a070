/** One studio's objects in the shapes of the published contract; made up. */

export const IDS = {
  job: '01k9jobfxtr000000000000001',
  contact: '01k9contactfx0000000000001',
  session: '01k9sessionfx0000000000001',
  order: '01k9orderfxtr0000000000001',
  payment: '01k9paymentfx0000000000001',
  link: '01k9jobcontact000000000001',
} as const;

const stamps = { created: '2026-10-01T10:00:00Z', modified: '2026-10-20T10:00:00Z', hidden: false };

export const job = {
  ...stamps,
  id: IDS.job,
  name: 'Photography: Ada & Bo',
  stage: 'booked',
  closed: false,
  eventDate: '2026-11-20',
  primarySessionId: IDS.session,
  totalRevenue: 245_000,
  externalMappings: [] as { id: string; url: string }[],
};

export const session = {
  ...stamps,
  modified: '2026-10-22T08:30:00Z',
  id: IDS.session,
  jobId: IDS.job,
  name: 'Wedding day',
  allDay: false,
  startUtc: '2026-11-20T11:30:00+00:00',
  endUtc: '2026-11-20T21:30:00+00:00',
  location: { id: null, address: { name: 'Bridal suite', city: 'Bath' } },
};

export const contact = {
  ...stamps,
  id: IDS.contact,
  kind: 'person',
  firstName: 'Ada',
  lastName: 'Example',
  email: 'Couple@Example.org',
  cellPhone: { formatted: '+44 7700 900123' },
};
const item = (name: string, more: object = {}) => ({ ...stamps, name, units: 1, selected: true, ...more });
export const order = {
  ...stamps,
  id: IDS.order,
  jobId: IDS.job,
  status: 'open',
  referenceCode: 'ORD-0001',
  lineItems: [
    item('Full day', { pricePerUnit: 220_000, children: [item('Second photographer', { pricePerUnit: 40_000 }), item('Engagement session', { selected: false })] }),
    item('Album', { pricePerUnit: 17_500, units: 2 }),
    item('Spring offer', { pricePerUnit: 10_000, discount: true, discountKind: 'amount' }),
    item('Friends', { pricePerUnit: 5, discount: true, discountKind: 'percent' }),
    item('Drone', { pricePerUnit: 30_000, selected: false }),
  ],
};
export const payment = {
  ...stamps,
  id: IDS.payment,
  jobId: IDS.job,
  payerId: IDS.contact,
  status: 'posted',
  amount: 122_500,
  refundedAmount: 0,
  memo: 'Photography balance',
  received: '2026-10-20',
};
export const jobContact = { ...stamps, id: IDS.link, jobId: IDS.job, contactId: IDS.contact, client: true, roleKinds: ['client'] };
