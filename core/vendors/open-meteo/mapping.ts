import { z } from 'zod';
import { Severity } from '../../contract/record/row.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import { zoneOffset } from '../../domain/day/localTime.ts';
import { instantOfText } from '../fields.ts';
import { placeOf } from '../places.ts';
import type { Normalised, NormaliseError, StoredDelivery } from '../vendor.ts';
import { knownZone } from '../wallTime.ts';
import type { Kind, State } from './forecast.ts';

const Told = z.object({
  slot: z.string().regex(/^(?:gusts|rain|heat|cold|thunder)\.\d{4}-\d\d-\d\d$/),
  state: z
    .object({
      kind: z.enum(['gusts', 'rain', 'heat', 'cold', 'thunder']), day: z.string(), zone: z.string(), severity: Severity,
      from: z.string(), to: z.string(), worst: z.number(), limit: z.number(),
    })
    .nullable(),
});

const HEADLINE: Readonly<Record<Kind, (state: State) => string>> = {
  gusts: ({ worst }) => `Gusts up to ${worst} km/h`,
  rain: ({ worst }) => `Rain up to ${worst} mm in an hour`,
  heat: ({ worst }) => `Heat up to ${worst} °C`,
  cold: ({ worst }) => `Cold down to ${worst} °C`,
  thunder: ({ worst }) => (worst > 95 ? 'Thunderstorm with hail' : 'Thunderstorm'),
};
const UNIT: Readonly<Record<Kind, string | null>> = { gusts: 'km/h', rain: 'mm in an hour', heat: '°C', cold: '°C', thunder: null };

const clock = (instant: string, zone: string): string => {
  const at = Date.parse(instant);
  return new Date(at + zoneOffset(zone, at)).toISOString().slice(11, 16);
};

/** When it is, and from where the house wants to know; the licence asks for the name of the source. */
function detailOf(state: State, zone: string): string {
  const unit = UNIT[state.kind];
  const limit = unit === null ? '' : ` The limit here is ${state.limit} ${unit}.`;
  const when = `Forecast for ${state.day}, ${clock(state.from, zone)} to ${clock(state.to, zone)} (${zone}).`;
  return `${when}${limit} Weather data by Open-Meteo.com, CC BY 4.0.`;
}

export function changesOf({ bodyText, settings }: StoredDelivery): Result<Normalised, NormaliseError> {
  let json: unknown;
  try {
    json = JSON.parse(bodyText);
  } catch {
    // Its reason would only quote what is stored.
    return err({ code: 'normalise.shape_unknown', message: 'The stored notice is not JSON.' });
  }
  const told = Told.safeParse(json);
  if (!told.success) return err({ code: 'normalise.shape_unknown', message: 'The stored notice has an unknown shape.' });
  const { slot, state } = told.data;
  const base = { kind: 'weather' as const, remote: { type: 'forecast', id: slot, version: null }, wedding: {}, occurredAt: null };
  if (state === null) return ok({ kind: 'changes', changes: [{ ...base, fields: { state: 'ended' } }] });
  const [startsAt, endsAt, zone] = [instantOfText(state.from), instantOfText(state.to), knownZone(state.zone) ?? 'UTC'];
  if (startsAt === null || endsAt === null) return err({ code: 'normalise.shape_unknown', message: 'The stored notice has no time.' });
  const said = { severity: state.severity, headline: HEADLINE[state.kind](state), detail: detailOf(state, zone) };
  return ok({
    kind: 'changes',
    changes: [{ ...base, fields: { ...said, place: placeOf(settings), kind: 'forecast', startsAt, endsAt, state: 'active' } }],
  });
}
