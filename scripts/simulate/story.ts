import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** The script of the day: `resources/demo/day.json`. Times in minutes, amounts in minor units. */

const base = {
  /** Story minutes after the start. */
  at: z.number().min(0),
  name: z.string().regex(/^[a-z0-9-]+$/),
  say: z.string(),
  expect: z.enum(['accepted', 'duplicate', 'refused']).optional(),
  /** Error code that a refusal must carry. */
  code: z.string().optional(),
};
const about = { wedding: z.enum(['today', 'next', 'later', 'none']) };
/** `wrong` = signed with another secret; `old` = signed too long ago. */
const proof = { proof: z.enum(['wrong', 'old']).optional() };

const StripeFact = z.strictObject({
  ...base,
  ...about,
  ...proof,
  system: z.literal('stripe'),
  event: z.string(),
  /** Facts with the same key speak of the same money. */
  money: z.string(),
  amount: z.int(),
  refunded: z.int().optional(),
  description: z.string().optional(),
  payer: z.string().optional(),
  reason: z.string().optional(),
  unpaid: z.boolean().optional(),
});

const HoneybookFact = z.strictObject({
  ...base,
  ...about,
  ...proof,
  system: z.literal('honeybook'),
  trigger: z.string(),
  project: z.string(),
  vendor: z.string(),
  trade: z.string(),
  title: z.string().optional(),
  stage: z.string().optional(),
  place: z.string().optional(),
  client: z.strictObject({ name: z.string(), email: z.string() }).optional(),
  payment: z.string().optional(),
  amount: z.int().optional(),
  paymentName: z.string().optional(),
  meeting: z.string().optional(),
  meetingTitle: z.string().optional(),
  /** Minutes after the wedding's start. */
  meetingAt: z.number().optional(),
  minutes: z.number().optional(),
  form: z.boolean().optional(),
});

const VscoFact = z.strictObject({
  ...base,
  ...about,
  system: z.literal('vsco'),
  event: z.enum(['job.created', 'order.booked', 'payment.created']),
  job: z.string(),
  stage: z.enum(['lead', 'booked', 'fulfillment', 'completed']).optional(),
  /** Minutes after the wedding's start. */
  startsAt: z.number().optional(),
  minutes: z.number().optional(),
  place: z.string().optional(),
  revenue: z.int().optional(),
  payment: z
    .strictObject({ key: z.string(), amount: z.int(), status: z.enum(['future', 'confirmed-future', 'posted', 'failed', 'pending']), memo: z.string() })
    .optional(),
});

const AgainFact = z.strictObject({ ...base, system: z.literal('again'), of: z.string() });

export const Fact = z.discriminatedUnion('system', [StripeFact, HoneybookFact, VscoFact, AgainFact]);
export type Fact = z.infer<typeof Fact>;
export type StripeFact = z.infer<typeof StripeFact>;
export type HoneybookFact = z.infer<typeof HoneybookFact>;
export type VscoFact = z.infer<typeof VscoFact>;

export const Story = z.strictObject({
  title: z.string(),
  /** Story time of the first fact. */
  startsAt: z.string().regex(/^\d\d:\d\d$/),
  currency: z.string().regex(/^[A-Z]{3}$/),
  /** The photographer's studio, as its own system names it. */
  studio: z.string(),
  facts: z.array(Fact),
});
export type Story = z.infer<typeof Story>;

export async function readStory(): Promise<Story> {
  return Story.parse(JSON.parse(await readFile(new URL('../../resources/demo/day.json', import.meta.url), 'utf8')));
}

/** `14:05` at so many minutes after the story's start. */
export function storyTime(story: Pick<Story, 'startsAt'>, at: number): string {
  const [hours = 0, minutes = 0] = story.startsAt.split(':').map(Number);
  const total = hours * 60 + minutes + Math.floor(at);
  return `${String(Math.floor(total / 60) % 24).padStart(2, '0')}:${String(total % 60).padStart(2, '0')}`;
}

function subject(fact: Fact): string | null {
  if (fact.system === 'stripe') return `stripe/${fact.money}`;
  if (fact.system === 'honeybook') return `honeybook/${fact.project}`;
  return fact.system === 'vsco' ? `vsco/${fact.job}` : null;
}

/** One fact with everything about the same thing that went before it; null when there is no such name. */
export function withHistory(facts: readonly Fact[], name: string): Fact[] | null {
  const index = facts.findIndex((fact) => fact.name === name);
  const fact = facts[index];
  if (!fact) return null;
  const original = fact.system === 'again' ? facts.find((other) => other.name === fact.of) : fact;
  const about = original ? subject(original) : null;
  return [...facts.slice(0, index).filter((earlier) => about !== null && subject(earlier) === about && (earlier.expect ?? 'accepted') === 'accepted'), fact];
}
