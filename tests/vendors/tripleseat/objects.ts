/** One venue's objects in the documented shapes; made up. */

export const event = {
  id: 500_123,
  name: 'Example & Sample wedding',
  status: 'DEFINITE',
  event_date: '03/28/2027',
  event_date_iso8601: '2027-03-28',
  event_start: '03/28/2027 12:30 PM',
  event_end: '03/28/2027 11:00 PM',
  event_start_utc: '2027-03-28T11:30:00Z',
  event_end_utc: '2027-03-28T22:00:00Z',
  grand_total: '12,450.00',
  guest_count: 120,
  contact_id: 9001,
  location: { id: 3, name: 'Orchard House' },
  rooms: [
    { id: 1, name: 'Barn' },
    { id: 2, name: 'Terrace' },
  ],
  created_at: '2026-10-01T10:00:00Z',
  updated_at: '2026-10-20T10:00:00Z',
};

export const contact = {
  id: 9001,
  first_name: 'Ada',
  last_name: 'Example',
  email_addresses: [{ id: 77_000_123, address: 'Couple@Example.org' }],
  phone_numbers: [{ id: 1, number: '+44 7700 900123' }],
  updated_at: '10/02/2026 9:15 AM',
};

export const lead = {
  id: 700_123,
  first_name: 'Ada',
  last_name: 'Example',
  email_address: 'couple@example.org',
  phone_number: '+44 7700 900123',
  event_description: 'Wedding reception',
  event_date: '03/28/2027',
  start_time: '1:30 AM',
  end_time: '11:00 PM',
  created_at: '2026-09-01T10:00:00Z',
  updated_at: '2026-09-02T10:00:00Z',
};
