import fc from 'fast-check';
import { COUPLES, type Fact, type World } from './world.ts';

/** Facts that name each other by the ids of their system: a client, a project that names the client, and what names the project alone. */

const SECOND = 1_793_000_000;
const at = (second: number): string => new Date((SECOND + second) * 1000).toISOString();

/** What hangs on a project. */
const PARTS = ['payment', 'failed', 'document', 'entry', 'message'] as const;
type Part = (typeof PARTS)[number];

interface Family {
  readonly to: 'planner' | 'studio';
  readonly owner: string;
  readonly parts: readonly (readonly [part: Part, told: number])[];
  readonly updates: number;
  /** Its client is told of at all; without, nothing of it finds a wedding. */
  readonly known: boolean;
}

function facts({ to, owner, parts, updates, known }: Family, n: number): Fact[] {
  const project = `${to}-f${n}`;
  const client = `${to}-fc${n}`;
  const told = (key: string, body: object): Fact => ({ to, key: `${to}-f${n}-${key}`, body: { currency: 'GBP', ...body } });
  const part = (kind: Part, place: number, step: number): Fact => {
    const id = `${project}-${kind}-${place}`;
    const common = { project_id: project, updated_at: at(n * 100 + step) };
    const bodies: Readonly<Record<Part, object>> = {
      payment: { trigger: 'payment_completed', payment_id: id, payment_name: id, amount: `${10 + step}.00` },
      failed: { trigger: 'payment_failed', payment_id: id, payment_name: id, amount: '7.00' },
      document: { trigger: 'document_shared', document_id: id, document_title: `${id} v${step}` },
      entry: { trigger: 'calendar_event_updated', meeting_id: id, meeting_title: `${id} v${step}`, meeting_starts_at: at(86_400), meeting_ends_at: at(90_000) },
      message: { trigger: 'message_received', message_id: id, message_text: id },
    };
    return told(`${kind}-${place}-${step}`, { ...common, ...bodies[kind] });
  };
  return [
    ...(known ? [told('client', { trigger: 'client_updated', client_id: client, client_name: owner, client_email: owner, updated_at: at(1) })] : []),
    ...Array.from({ length: updates }, (_, step) => told(`project-${step}`, { trigger: step === 0 ? 'booking_created' : 'booking_updated', project_id: project, client_id: client, project_name: `Family ${n} of ${to} v${step}`, updated_at: at(n * 100 + step) })),
    ...parts.flatMap(([kind, times], place) => Array.from({ length: times }, (_, step) => part(kind, place, step))),
  ];
}

const family: fc.Arbitrary<Family> = fc.record({
  to: fc.constantFrom('planner' as const, 'studio' as const),
  owner: fc.constantFrom(...COUPLES),
  parts: fc.array(fc.tuple(fc.constantFrom(...PARTS), fc.integer({ min: 1, max: 2 })), { minLength: 1, maxLength: 4 }),
  updates: fc.integer({ min: 0, max: 2 }),
  known: fc.boolean(),
});

export const families: fc.Arbitrary<World> = fc.array(family, { minLength: 1, maxLength: 3 }).map((all): World => ({ facts: all.flatMap(facts), appointments: [], feed: [] }));
