import { z } from 'zod';
import { CALENDAR_LACKS } from '../contract/systems.ts';

/**
 * What a vendor's folder says of itself. Connect form, guide, masking, documentation and marketplace are drawn from it;
 * the completeness check refuses a folder whose manifest promises more than it has.
 */

/** How facts honestly reach us, the best first: its own API, a Zap or scenario, a calendar feed, a file, mails, not at all. */
export const PATHS = ['native', 'bridge', 'feed', 'file', 'mail', 'none'] as const;
export type IntegrationPath = (typeof PATHS)[number];

export const CATEGORIES = [
  'photo_crm',
  'business_crm',
  'planning',
  'leads',
  'venue',
  'catering',
  'florist',
  'booking',
  'payments',
  'messaging',
  'calendar',
  'marketing',
  'weather',
  'bridge',
] as const;

export const ManifestField = z.strictObject({
  /** Key in the connection's settings or secrets. */
  key: z.string().regex(/^[a-z][a-zA-Z0-9]*$/),
  label: z.string(),
  help: z.string(),
  /** A sensitive value lives in the vault or keychain, is never shown again and is masked in logs. */
  sensitive: z.boolean(),
  required: z.boolean(),
  /** How it is asked for; text where it is left out. `generated` = we make it up and show it once, to be copied over there. */
  input: z.enum(['text', 'url', 'email', 'number', 'zone', 'currency', 'choice', 'domain', 'generated']).optional(),
  choices: z.array(z.strictObject({ value: z.string(), label: z.string() })).optional(),
  /** Only asked for on these paths; on all where it is left out. */
  paths: z.array(z.enum(PATHS)).optional(),
  /** What stands in the field at first. */
  initial: z.string().optional(),
  /**
   * The vendor tells it only once it knows our address (`{webhookUrl}` in the guide), so it may be entered after that; a
   * secret is taken to be so where it is left out.
   */
  later: z.boolean().optional(),
  /**
   * Of a sensitive field: it proves what comes in, so the server has to hold it. `only` = no call needs it; `also` = calls
   * use the same secret, so they cannot be made from anywhere else. Left out = only calls use it. What is `generated` proves.
   */
  proves: z.enum(['only', 'also']).optional(),
  /** What a channel's calls repeat (see `webhook.channel`), with spaces between where there are several: the server makes it up, nobody enters it. */
  channel: z.literal(true).optional(),
});
export type ManifestField = z.infer<typeof ManifestField>;

/** OAuth 2 authorization code with PKCE; the venue's own app at the vendor gives client id and secret (fields of these names). */
export const OAuth = z.strictObject({
  authorizeUrl: z.url({ protocol: /^https$/ }),
  tokenUrl: z.url({ protocol: /^https$/ }),
  scopes: z.array(z.string()),
  /** Some vendors refuse parameters that they do not know. */
  pkce: z.boolean(),
  /** More of the authorize address, e.g. what asks for a refresh token. */
  extra: z.record(z.string(), z.string()),
  clientAuth: z.enum(['basic', 'body']),
  /** The vendor does not let 127.0.0.1 be registered: a desktop is then come back to by this name of the same machine. */
  loopback: z.literal('localhost').optional(),
});
export type OAuth = z.infer<typeof OAuth>;

/** Steps for the person who connects it. `{webhookUrl}`, `{bearerToken}`, `{mailAddress}` and `{redirectUrl}` are filled in. */
export const Guide = z.strictObject({
  path: z.enum(PATHS),
  /** One sentence: what comes over this way, and how soon. */
  brings: z.string(),
  steps: z.array(z.string()).min(1),
});
export type Guide = z.infer<typeof Guide>;

/** One trigger of a bridge: what to choose over there, and which of our fields to fill. */
export const BridgeTrigger = z.strictObject({
  /** Value of our field `trigger`. */
  trigger: z.string().regex(/^[a-z][a-z0-9_]*$/),
  /** As it is called over there. */
  label: z.string(),
  /** False = looked for every few minutes only. */
  instant: z.boolean(),
  required: z.array(z.string()),
  optional: z.array(z.string()),
});
export type BridgeTrigger = z.infer<typeof BridgeTrigger>;

/** One column of a file that can be taken in. */
export const FileColumn = z.strictObject({
  key: z.string().regex(/^[a-z][a-z0-9_]*$/),
  label: z.string(),
  required: z.boolean(),
  /** Headings under which exports are known to have it, lower case. */
  headings: z.array(z.string()),
});
export type FileColumn = z.infer<typeof FileColumn>;

export const VendorManifest = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  name: z.string(),
  category: z.enum(CATEGORIES),
  /** The ways that this folder really has, the best first; `none` stands alone. */
  paths: z.array(z.enum(PATHS)).min(1),
  /** What this folder really does today. A flag without the matching function fails the conformance suite. */
  capabilities: z.strictObject({
    webhook: z.boolean(),
    /** The webhook is only a hint: the object is re-read from the source. */
    reread: z.boolean(),
    poll: z.boolean(),
    file: z.boolean(),
    feed: z.boolean(),
    mail: z.boolean(),
    /** A connection can be tried out by a call to the vendor. */
    test: z.boolean(),
    /** Our entries are written into its calendars. */
    push: z.boolean(),
  }),
  fields: z.array(ManifestField),
  oauth: OAuth.nullable(),
  guides: z.array(Guide),
  webhook: z
    .strictObject({
      /** Headers kept with the delivery, lower case. Others are dropped. */
      headers: z.array(z.string()),
      /** Accepted media types, lower case, without parameters; '' = none is sent. */
      mediaTypes: z.array(z.string()),
      /** Events that are understood, in the vendor's words. */
      events: z.array(z.string()),
      verification: z.enum(['hmac_timestamped', 'hmac', 'certificate', 'secret_url', 'secret_url_and_bearer', 'secret_in_call']),
      /** Seconds a signed timestamp may be off, either way; null where none is signed. */
      toleranceSeconds: z.int().nullable(),
      /** Answers questions of the vendor that are no deliveries (a challenge, an empty call). */
      handshake: z.boolean(),
      /**
       * The vendor calls only over a channel that the server opens and renews by itself, where it can be reached from the internet
       * (`CalendarPart.watch`). Nobody is asked for anything of it or shown its address, and looks go on beside it.
       */
      channel: z.literal(true).optional(),
    })
    .nullable(),
  /** Events in the vendor's words, those of its bridge too, that are worked on first when many wait, and those that can wait; see `core/domain/intake/priority.ts`. */
  priority: z.strictObject({ urgent: z.array(z.string()), bulk: z.array(z.string()) }).optional(),
  bridge: z.strictObject({ triggers: z.array(BridgeTrigger).min(1) }).nullable(),
  file: z.strictObject({ columns: z.array(FileColumn).min(1) }).nullable(),
  /** Domains whose mails are believed when one of them has signed (DKIM); `asked` = the field in which whoever connects it names one more. */
  mail: z
    .strictObject({ domains: z.array(z.string()), asked: z.string().optional() })
    .refine(({ domains, asked }) => domains.length > 0 || asked !== undefined, 'nobody is believed')
    .nullable(),
  /** What an entry in its calendars cannot have, where our entries are written into them; nobody is asked for it. Left out = nothing is lacking. */
  calendarLacks: z.array(z.enum(CALENDAR_LACKS)).optional(),
  /** Names of fields, at any depth of a body, that are covered wherever deliveries are shown. */
  masks: z.array(z.string()),
  /** Calls that the vendor bears; null = it does not say. */
  limits: z.strictObject({ perSecond: z.number().nullable(), atOnce: z.int().nullable() }),
  /**
   * What a person might expect and does not come over, whichever way it is connected: one sentence each, for whoever connects it.
   * How it works within its limits stands in the README.
   */
  missing: z.array(z.string().regex(/^\S.*\.$/, 'a sentence, with its full stop')).min(1, 'nothing says what does not come over'),
  /** Where the facts in this folder come from. */
  sources: z.array(z.string()),
});
export type VendorManifest = z.infer<typeof VendorManifest>;

/** Whether somebody switches the vendor's calls on over there; those over a channel come as the server opens one. */
export const callsComeIn = ({ webhook }: Pick<VendorManifest, 'webhook'>): boolean => webhook !== null && webhook.channel !== true;
