import type { IntegrationPath } from '../core/vendors/manifest.ts';
import { VENDORS } from '../core/vendors/registry.ts';

/**
 * The platforms that the product is asked to reach, named one by one so that what is missing can be counted. A platform counts as
 * covered when its own folder has at least one way by which its facts really come; `bridge` ("Any system"), `caldav` and `ical-feed`
 * take in what has no folder, and count for nobody.
 */
interface Platform {
  readonly name: string;
  readonly of: string;
  /** Folder; null = there is none. */
  readonly id: string | null;
}

const each = (of: string, platforms: Readonly<Record<string, string | null>>): Platform[] => Object.entries(platforms).map(([name, id]) => ({ name, of, id }));

export const PLATFORMS: readonly Platform[] = [
  ...each('Photographers', {
    'VSCO Workspace (formerly Tave)': 'vsco-workspace', 'Studio Ninja': 'studio-ninja', 'Sprout Studio': 'sprout-studio', 'Light Blue': 'light-blue', ShootQ: 'shootq',
    'Iris Works': 'iris-works', 'Pixieset Studio Manager': 'pixieset',
  }),
  ...each('Small businesses', { HoneyBook: 'honeybook', Dubsado: 'dubsado', '17hats': 'seventeen-hats' }),
  ...each('Planners and leads', { 'Aisle Planner': 'aisle-planner', WeddingWire: 'weddingwire', 'The Knot': 'weddingwire' }),
  ...each('Venues and caterers', { 'Event Temple': 'event-temple', Tripleseat: 'tripleseat', 'Planning Pod': 'planning-pod', CaterTrax: 'catertrax', Gather: 'gather' }),
  ...each('Florists', { Curate: 'curate', 'Details Flowers': 'details-flowers', Flowermate: 'flowermate', 'Team Flower': 'team-flower' }),
  ...each('Appointments', { 'Acuity Scheduling': 'acuity', Calendly: 'calendly' }),
  ...each('Payments', { Stripe: 'stripe', Square: 'square', PayPal: 'paypal' }),
  ...each('Messages', { Slack: 'slack', 'Microsoft Teams': 'microsoft-teams', 'WhatsApp Business': 'whatsapp', 'Twilio SMS': 'twilio', 'Resend (e-mail)': 'resend' }),
  ...each('Calendars', { 'Google Calendar': 'google-calendar', 'Outlook (Microsoft 365)': 'microsoft-graph', 'Apple iCloud': 'icloud' }),
  ...each('Marketing', { Mailchimp: 'mailchimp', 'Constant Contact': 'constant-contact' }),
  ...each('Weather', { 'US National Weather Service': 'nws', 'Open-Meteo': 'open-meteo' }),
  // Named in the field, where florists and venues keep their books.
  ...each('Books', { 'QuickBooks Online': null }),
];

/** How deep: what the best way of a folder can bring, in one word. */
export const DEPTHS = ['its own interface', 'its bridge', 'its calendar', 'its exports', 'its mails', 'none'] as const;
export type Depth = (typeof DEPTHS)[number];
const DEPTH_OF: Readonly<Record<IntegrationPath, Depth>> = { native: 'its own interface', bridge: 'its bridge', feed: 'its calendar', file: 'its exports', mail: 'its mails', none: 'none' };

export interface Covered extends Platform {
  readonly paths: readonly IntegrationPath[];
  readonly depth: Depth;
}

export const COVERAGE: readonly Covered[] = PLATFORMS.map((platform) => {
  const paths = (platform.id === null ? null : VENDORS.get(platform.id))?.manifest.paths ?? [];
  return { ...platform, paths, depth: DEPTH_OF[paths[0] ?? 'none'] };
});

export const isCovered = ({ depth }: Covered): boolean => depth !== 'none';
/** In per cent, rounded down: what is nearly covered is not. */
export const SHARE = Math.floor((COVERAGE.filter(isCovered).length / COVERAGE.length) * 100);

export function coverageText(): string {
  const covered = COVERAGE.filter(isCovered).length;
  const byDepth = DEPTHS.map((depth) => [depth, COVERAGE.filter((one) => one.depth === depth).length] as const).filter(([, count]) => count > 0);
  return `## How much of the field is covered

${covered} of ${COVERAGE.length} platforms (${SHARE} %) that are named in what the product has to reach have a folder of their own with at least one real way:
${byDepth.map(([depth, count]) => `${count} by ${depth}`).join(', ').replace(/, (\d+) by none$/, '; $1 by none')}. Covered says that facts come, not that all do: how much is
in the table above and in the list below. A platform without a folder comes in as [Any system](../core/vendors/bridge/README.md), by a bridge, a calendar, a
file or mails, or as any calendar, and is not counted. The list is \`scripts/coverage.ts\`.

| platform | of | best way | ways |
|---|---|---|---|
${COVERAGE.map(({ name, of, depth, paths }) => `| ${name} | ${of} | ${depth} | ${paths.join(', ')} |`).join('\n')}
`;
}
