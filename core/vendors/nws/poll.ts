import { z } from 'zod';
import type { Severity } from '../../contract/record/row.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import { apiClient } from '../apiClient.ts';
import { refused } from '../calls.ts';
import { emailAddress, instantOfText, longText, lookUp, objectAt, shortText } from '../fields.ts';
import { textMark } from '../ids.ts';
import { NO_POINT, placeOf, pointOf } from '../places.ts';
import { parseJsonObject } from '../signatures.ts';
import { changedSlots, type Shown } from '../slots.ts';
import type { CallPorts, ConnectionAccess, Normalised, NormaliseError, PollPart, StoredDelivery, VendorModule } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';

type Body = Readonly<Record<string, unknown>>;

const Alert = z.object({
  id: z.string(),
  sent: z.string(),
  effective: z.string().nullish(),
  onset: z.string().nullish(),
  expires: z.string().nullish(),
  ends: z.string().nullish(),
  status: z.string(),
  messageType: z.string(),
  severity: z.string(),
  event: z.string(),
  headline: z.string().nullish(),
  description: z.string().nullish(),
  instruction: z.string().nullish(),
  references: z.array(z.object({ identifier: z.string(), sent: z.string().nullish() })).nullish(),
});
type Alert = z.infer<typeof Alert>;
/** Each is read by itself: one that is odd must not hide the others. */
const Active = z.object({ features: z.array(z.object({ properties: z.unknown() })) });
const Town = z.object({ properties: z.object({ city: z.string(), state: z.string() }) });
const PointAnswer = z.object({ properties: z.object({ relativeLocation: Town.nullish(), timeZone: z.string().nullish() }) });

const SEVERITY: Readonly<Record<string, Severity>> = { Extreme: 'emergency', Severe: 'critical', Moderate: 'warning', Minor: 'notice' };

function client(access: ConnectionAccess, ports: CallPorts) {
  const email = emailAddress(access.settings['contactEmail']);
  // They refuse calls that name nobody; and a header has no room for anything but an address.
  const headers = () =>
    email !== null && /^[\x21-\x7e]+$/.test(email) ? { 'user-agent': `WedSync Command Centre (${email})`, accept: 'application/geo+json' } : null;
  return apiClient({ who: 'The National Weather Service', baseUrl: DEFAULT_BASE_URL, headers }, access, ports);
}

/** An update has an id of its own and names those before it: the oldest of them is the warning's name. */
function rootOf(alert: Alert): string {
  const before = [...(alert.references ?? [])].sort((a, b) => (a.sent ?? '').localeCompare(b.sent ?? ''))[0];
  return before?.identifier ?? alert.id;
}

/** What is shown now: the newest word on each warning, without tests, drills and what was withdrawn. */
function shownBy(all: readonly unknown[]): Shown[] {
  const read = all.map((one) => ({ one, parsed: Alert.safeParse(one) }));
  // Set aside later, where somebody sees it.
  const odd = read.flatMap(({ one, parsed }): Shown[] =>
    parsed.success ? [] : [{ slot: `odd.${textMark(JSON.stringify(one))}`, state: { odd: one }, until: 0 }],
  );
  const alerts = read.flatMap(({ parsed }) => (parsed.success ? [parsed.data] : []));
  const real = alerts
    .filter((alert) => alert.status === 'Actual')
    .sort((a, b) => (instantOfText(b.sent) ?? '').localeCompare(instantOfText(a.sent) ?? ''));
  const replaced = new Set(real.flatMap((alert) => (alert.references ?? []).map((reference) => reference.identifier)));
  const shown = real
    .filter((alert) => !replaced.has(alert.id) && (alert.messageType === 'Alert' || alert.messageType === 'Update'))
    .map((alert): Shown => {
      const until = Date.parse(instantOfText(alert.ends) ?? instantOfText(alert.expires) ?? alert.sent);
      return { slot: rootOf(alert), state: { ...alert, references: undefined }, until: until || 0 };
    });
  return [...shown, ...odd];
}

export const poll: PollPart = {
  everySeconds: 120,

  async read(cursor, access, ports) {
    const point = pointOf(access.settings);
    if (point === null) return refused(NO_POINT);
    const active = await client(access, ports).read(`/alerts/active?point=${point.latitude},${point.longitude}`, 'the warnings', Active);
    if (!active.ok) return active;
    const changed = changedSlots(shownBy(active.value.features.map((feature) => feature.properties)), cursor, ports.clock.now());
    return ok({ ...changed, more: false });
  },

  normalise: changesOf,
};

const shapeUnknown = (message: string): Result<never, NormaliseError> => err({ code: 'normalise.shape_unknown', message });

function changesOf({ bodyText, settings }: StoredDelivery): Result<Normalised, NormaliseError> {
  const body = parseJsonObject(bodyText);
  const slot = body.ok ? body.value['slot'] : null;
  if (!body.ok || typeof slot !== 'string' || slot === '') return shapeUnknown('The stored warning has no id.');
  const base = { kind: 'weather' as const, remote: { type: 'alert', id: slot, version: null }, wedding: {} };
  if (body.value['state'] === null) return ok({ kind: 'changes', changes: [{ ...base, occurredAt: null, fields: { state: 'ended' } }] });
  const alert: Body = objectAt(body.value, 'state');
  const startsAt = instantOfText(alert['onset']) ?? instantOfText(alert['effective']) ?? instantOfText(alert['sent']);
  if (startsAt === null) return shapeUnknown('The warning has no time.');
  const event = shortText(alert['event'], 100) ?? 'Weather warning';
  const detail = [longText(alert['description']), longText(alert['instruction'])].filter((part) => part !== null).join('\n\n');
  return ok({
    kind: 'changes',
    changes: [
      {
        ...base,
        occurredAt: instantOfText(alert['sent']),
        fields: {
          place: placeOf(settings), kind: 'warning', severity: lookUp(SEVERITY, shortText(alert['severity'])) ?? 'info', startsAt,
          headline: shortText(alert['headline']) ?? event, detail: longText(detail) ?? event,
          endsAt: instantOfText(alert['ends']) ?? instantOfText(alert['expires']), state: 'active',
        },
      },
    ],
  });
}

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const point = pointOf(access.settings);
  if (point === null) return refused(NO_POINT);
  const found = await client(access, ports).read(`/points/${point.latitude},${point.longitude}`, 'the place', PointAnswer);
  if (!found.ok) return found;
  const town = found.value.properties.relativeLocation?.properties;
  return ok({
    account: town ? shortText(`${town.city}, ${town.state}`) : null,
    details: [`Its zone is ${shortText(found.value.properties.timeZone, 64) ?? 'not known'}`],
  });
};
