import { ok } from '../../../core/contract/result.ts';
import { RETENTION } from '../../../core/domain/privacy/retention.ts';
import type { PersonalDataCalls } from '../../../renderer/state/backend/personalData.ts';

const AT = '2026-11-20T12:00:00.000Z';
const due = { deliveryBodies: 12, unmatchedBodies: 1, commandAnswers: 0, revokedDevices: 2, auditLines: 340, contactsYears: 0 };

/** What a server would say of somebody's personal data; nothing is ever erased in a scene. */
export const scenePersonalData: PersonalDataCalls = {
  export: async () => ok({ saved: true }),
  preview: async (contactId) =>
    ok({
      at: AT, contactId, name: 'Amara Okafor', entries: 1, events: 14, deliveries: 3, devices: 1, answers: 0, objects: 2, memberships: 1, accounts: 1, invitations: 0,
      rows: { weddings: 1, contacts: 1, bookings: 1, payments: 2, runSheetItems: 0, messages: 3, documents: 1, calendarEvents: 0, weatherNotices: 0, resources: 0, allocations: 0, limits: 0, houseRules: 0, conflicts: 0, calendars: 0, pushes: 0, differences: 0, alerts: 1, reviewItems: 0, connections: 0 },
      stays: [{ what: 'payments', why: 'bookkeeping', count: 2 }, { what: 'wedding', why: 'not_personal', count: 1 }],
    }),
  erase: async (contactId) => ok({ contactId, erasedAt: AT, events: 14, rows: 6, deliveries: 3, devices: 1 }),
  readers: async () =>
    ok({
      at: AT,
      since: '2026-03-02T09:00:00.000Z',
      readers: [
        { deviceId: '01a1f7c7-38bb-712d-9802-6f5f2f682dab', name: 'Front desk', role: 'coordinator', firstAt: '2026-03-02T09:00:00.000Z', lastAt: AT, how: ['live', 'history'] },
        { deviceId: '01a1f7c7-38bb-712d-9802-6f5f2f682dac', name: null, role: null, firstAt: '2026-03-02T09:00:00.000Z', lastAt: '2026-06-01T09:00:00.000Z', how: ['live'] },
      ],
    }),
  retention: async () => ok({ at: AT, retention: RETENTION, standard: RETENTION, due }),
  setRetention: async (retention) => ok({ at: AT, retention, standard: RETENTION, due }),
};
