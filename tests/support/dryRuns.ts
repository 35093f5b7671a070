import type { LightMyRequestResponse } from 'fastify';
import { Replay, type Lot, type ReplayOrder, type RowChange } from '../../core/contract/deliveries.ts';
import { DryRun, DryRunPage, DRY_RUNS_HTTP, type DryRunLine } from '../../core/contract/dryRuns.ts';
import { ErrorBody } from '../../core/contract/http.ts';
import { rowChange } from '../../core/domain/record/rowChange.ts';
import type { TestApp } from './serverApp.ts';
import type { TestStore } from './store.ts';

/** Dry runs as somebody of a house asks for them, and what the log says was done. */

export async function until<T>(look: () => Promise<T>, enough: (value: T) => boolean): Promise<T> {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const value = await look();
    if (enough(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not come to that');
}

/** Everything that came, or all of one state. */
export const since = (state?: string) => ({ from: '2020-01-01T00:00:00.000Z', to: '2099-01-01T00:00:00.000Z', ...(state === undefined ? {} : { state }) });

export interface DryRunCalls {
  ask(method: 'GET' | 'POST', url: string, payload?: object): Promise<LightMyRequestResponse>;
  begin(lot: Lot): Promise<DryRun>;
  page(id: string, query?: string): Promise<DryRunPage>;
  allLines(id: string, only?: string): Promise<DryRunLine[]>;
  /** Begun, and waited for. */
  dryRun(lot: Lot): Promise<{ run: DryRunPage; lines: DryRunLine[] }>;
  replay(id: string): Promise<Replay>;
  start(order: ReplayOrder): Promise<Replay>;
  /** Begun, and waited for. */
  carryOut(order: ReplayOrder): Promise<Replay>;
  refusedWith(order: ReplayOrder): Promise<string>;
}

export function dryRunCalls({ app }: TestApp, headers: { readonly authorization: string }): DryRunCalls {
  const ask: DryRunCalls['ask'] = async (method, url, payload) => app.inject({ method, url, headers, ...(payload ? { payload } : {}) });
  const page: DryRunCalls['page'] = async (id, query = '') => DryRunPage.parse((await ask('GET', `/api/dry-runs/${id}${query}`)).json());
  const begin: DryRunCalls['begin'] = async (lot) => DryRun.parse((await ask('POST', DRY_RUNS_HTTP.beginDryRun.path, lot)).json());
  const allLines: DryRunCalls['allLines'] = async (id, only = '') => {
    const lines: DryRunLine[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const one: DryRunPage = await page(id, `?${after === '' ? '' : `after=${after}&`}${only}`);
      lines.push(...one.lines);
      after = one.after;
    }
    return lines;
  };
  const replay: DryRunCalls['replay'] = async (id) => Replay.parse((await ask('GET', `/api/replays/${id}`)).json());
  const start: DryRunCalls['start'] = async (order) => Replay.parse((await ask('POST', '/api/deliveries/replay', order)).json());
  return {
    ask, begin, page, allLines, replay, start,
    async dryRun(lot) {
      const { id } = await begin(lot);
      const run = await until(() => page(id), ({ state }) => state !== 'running');
      return { run, lines: await allLines(id) };
    },
    async carryOut(order) {
      const { id } = await start(order);
      return until(() => replay(id), ({ state }) => state !== 'running');
    },
    refusedWith: async (order) => ErrorBody.parse((await ask('POST', '/api/deliveries/replay', order)).json()).error.code,
  };
}

/** In which order a row's fields are told says nothing. */
const inOrder = (all: readonly RowChange[]) => all.map((one) => ({ ...one, fields: one.fields.toSorted((a, b) => a.field.localeCompare(b.field)) }));

/** Entries that were recorded since, by the delivery that told them, as a dry run tells them. */
export async function factsSince(t: TestStore, seq: number): Promise<Record<string, unknown>> {
  const events = (await t.store.readEvents(t.organisation.id, seq, 100_000)).filter(({ collection }) => collection === 'calendarEvents');
  const told: Record<string, RowChange[]> = {};
  for (const event of events) (told[event.deliveryId ?? 'nobody'] ??= []).push(rowChange(event));
  return Object.fromEntries(Object.entries(told).map(([id, own]) => [id, inOrder(own)]));
}

/** What a dry run says that would be. */
export const shownFacts = (lines: readonly DryRunLine[]) => Object.fromEntries(lines.filter((one) => one.rows.length > 0).map((one) => [one.deliveryId, inOrder(one.rows)]));
