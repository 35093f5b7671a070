import { err, ok, type Result } from '../contract/result.ts';
import { changesOfBridge } from './bridgeMapping.ts';
import { BRIDGE_FIELDS, readBridgeBody, WANTED, type BridgeBody, type BridgeField, type BridgeKind } from './bridgeFields.ts';
import { encodeHex, encodeUtf8 } from './bytes.ts';
import type { BridgeTrigger, Guide, VendorManifest } from './manifest.ts';
import { bodyKey, bodyText, verifyBearer } from './signatures.ts';
import type { VerifyError, WebhookPart } from './vendor.ts';
import type { BookingStatus } from './words.ts';

/**
 * The bridge: a Zap, a scenario or any tool that can post takes facts out of a system that has no API for outsiders. A
 * system's folder brings its triggers; the rest is the same for all.
 */

export interface Trigger {
  /** Value of our field `trigger`. */
  readonly trigger: string;
  /** As it is called over there. */
  readonly label: string;
  /** False = looked for every few minutes only. */
  readonly instant: boolean;
  readonly kind: BridgeKind;
  /** Fields that the trigger itself means, e.g. `document_status: signed`: a field over there may not have caught up with it. */
  readonly gives?: Partial<Record<BridgeField, string>>;
  /** In place of the kind's required fields. */
  readonly required?: readonly BridgeField[];
  /** Of the kind's other fields those that this trigger can fill; all where it is left out. */
  readonly optional?: readonly BridgeField[];
}

export interface BridgeRecipe {
  readonly triggers: readonly Trigger[];
  /** Stages by their names over there, beside the usual ones. */
  readonly stages?: Readonly<Record<string, BookingStatus>>;
  /** A name that is none of the triggers: the trigger it stands for, or why it means nothing here; null = unknown. */
  readonly resolve?: (name: string) => { readonly trigger: string } | { readonly why: string } | null;
}

/** What is sent with every trigger, whatever it is about. */
const ALWAYS: readonly BridgeField[] = ['trigger'];
const ALWAYS_GOOD: readonly BridgeField[] = ['updated_at', 'source_id'];

const named = (body: BridgeBody): string | null => body.trigger ?? body.event ?? null;

function find(recipe: BridgeRecipe, name: string): Trigger | { readonly why: string } | null {
  const exact = recipe.triggers.find((trigger) => trigger.trigger === name);
  if (exact) return exact;
  const resolved = recipe.resolve?.(name) ?? null;
  if (resolved === null || 'why' in resolved) return resolved;
  return recipe.triggers.find((trigger) => trigger.trigger === resolved.trigger) ?? null;
}

/** The id of the record over there, wherever it was put; and what the trigger itself means. */
function complete(body: BridgeBody, trigger: Trigger): BridgeBody {
  const { record } = WANTED[trigger.kind];
  return { ...(body.source_id ? { [record]: body.source_id } : {}), ...body, ...trigger.gives };
}

export function bridgePart(recipe: BridgeRecipe): WebhookPart {
  return {
    verify(request, access, { hashing }) {
      const unsigned = request.headers['authorization'] === undefined && access.settings['acceptWithoutBearer'] === 'yes';
      const tokens = [access.secrets['bearerToken'], access.secrets['bearerTokenPrevious']];
      const proof: Result<true, VerifyError> = unsigned ? ok(true) : verifyBearer(request.headers['authorization'], tokens, hashing);
      if (!proof.ok) return proof;
      const text = bodyText(request);
      if (!text.ok) return text;
      const body = readBridgeBody(text.value, request.mediaType);
      if (!body.ok) return body;
      const stable = stableText(body.value);
      const name = named(body.value);
      const found = name === null ? null : find(recipe, name);
      const trigger = found !== null && 'kind' in found ? found : null;
      return ok({
        deliveryKey:
          recordKey(body.value, trigger) ??
          (stable === '' ? bodyKey(request.rawBody, hashing) : `sha256:${encodeHex(hashing.sha256(encodeUtf8(stable)))}`),
        vendorEvent: trigger?.trigger ?? name?.slice(0, 100).toWellFormed() ?? null,
        bodyText: text.value,
      });
    },
    normalise(delivery) {
      const body = readBridgeBody(delivery.bodyText, delivery.mediaType);
      if (!body.ok) return err({ code: 'normalise.shape_unknown', message: 'The stored body is neither a JSON object nor a form.' });
      const name = named(body.value);
      if (name === null)
        return err({ code: 'normalise.shape_unknown', message: 'The field trigger is missing: the Zap or scenario must send it as a constant.' });
      const found = find(recipe, name);
      if (found === null) {
        const all = recipe.triggers.map((trigger) => trigger.trigger).join(', ');
        return err({ code: 'normalise.event_unknown', message: `The trigger ${name.slice(0, 60).toWellFormed()} is not one of ${all}.` });
      }
      if ('why' in found) return ok({ kind: 'ignored', why: found.why });
      const changes = changesOfBridge(complete(body.value, found), {
        trigger: found.trigger,
        kind: found.kind,
        stages: recipe.stages ?? {},
        settings: delivery.settings,
      });
      return changes.ok ? ok({ kind: 'changes', changes: changes.value }) : changes;
    },
  };
}

/** Which record in which state: only when the Zap sends both the id and the time of the change. */
function recordKey(body: BridgeBody, trigger: Trigger | null): string | null {
  if (trigger === null || !body.updated_at) return null;
  const id = complete(body, trigger)[WANTED[trigger.kind].record];
  return id ? `${trigger.trigger}:${id}:${body.updated_at}` : null;
}

/** Our fields in our order, so that a replay with another field order or other extras is still the same delivery. */
function stableText(body: BridgeBody): string {
  return BRIDGE_FIELDS.filter((name) => body[name] !== undefined)
    .map((name) => `${name}=${JSON.stringify(body[name])}`)
    .join('\n');
}

/** What a manifest says of its bridge. */
interface BridgeManifest {
  readonly webhook: NonNullable<VendorManifest['webhook']>;
  readonly bridge: { triggers: BridgeTrigger[] };
}

export function bridgeManifest(recipe: BridgeRecipe): BridgeManifest {
  return {
    webhook: {
      headers: ['authorization'],
      mediaTypes: ['application/json', 'application/x-www-form-urlencoded'],
      events: recipe.triggers.map((trigger) => trigger.trigger),
      verification: 'secret_url_and_bearer',
      toleranceSeconds: null,
      handshake: false,
    },
    bridge: {
      triggers: recipe.triggers.map(({ trigger, label, instant, kind, required, optional, gives }) => {
        const wanted = WANTED[kind];
        const needed = required ?? wanted.required;
        const given = [...Object.keys(gives ?? {}), ...needed];
        const rest = optional ?? [...wanted.required, ...wanted.optional];
        return {
          trigger,
          label,
          instant,
          required: [...ALWAYS, ...needed],
          optional: [...ALWAYS_GOOD, ...rest].filter((field) => !given.includes(field)),
        };
      }),
    },
  };
}

interface BridgeGuide {
  readonly brings: string;
  /** The app's name in Zapier. */
  readonly zapier: string | null;
  /** The app's name in Make; null = there is none that we know of. */
  readonly make?: string | null;
  /** What has to be done over there first. */
  readonly first?: readonly string[];
}

/** Steps for the person who builds the Zap or the scenario. */
export function bridgeGuide({ brings, zapier, make = null, first = [] }: BridgeGuide): Guide {
  return {
    path: 'bridge',
    brings,
    steps: [
      ...first,
      zapier === null
        ? 'Make a new Zap. Choose the app that hears of the change, and its trigger.'
        : `Make a new Zap for each trigger listed below. Choose the app ${zapier} and that trigger.`,
      'Add the action "Webhooks by Zapier", event "POST".',
      'Paste the URL: {webhookUrl}',
      'Set the payload type to json.',
      'Add the data fields listed below with exactly these names. Type the value of trigger; choose the others from the trigger\'s data.',
      'Fill updated_at with the time of the change, not with the time of the Zap: then a repeat is known as one.',
      'Add the header Authorization with the value: Bearer {bearerToken}',
      'Test the step. The delivery shows under this connection within seconds. Then turn the Zap on.',
      make === null
        ? 'With Make or another tool: add an HTTP request, method POST, with the same URL, header and fields as JSON.'
        : `With Make: choose ${make}, then HTTP > Make a request, method POST, with the same URL, header and fields as JSON.`,
    ],
  };
}
