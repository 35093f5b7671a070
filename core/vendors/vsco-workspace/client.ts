import type { z } from 'zod';
import type { Result } from '../../contract/result.ts';
import type { Api } from '../apiClient.ts';
import { callJson, noAccess, queryText, refused, shapeUnknown } from '../calls.ts';
import { askingOf } from '../jsonEntries.ts';
import type { CallPorts, ConnectionAccess, RereadError } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';
import { SAFE_ID } from './webhook.ts';

const WHO = 'VSCO Workspace';

const hasOtherId = (object: unknown, id: string): boolean => typeof object === 'object' && object !== null && 'id' in object && object.id !== id;

export interface VscoClient {
  /** One object of a collection by its id. */
  get<T>(collection: string, id: string, shape: z.ZodType<T>): Promise<Result<T, RereadError>>;
  /** The first page of a list, narrowed by a filter. */
  list<T>(collection: string, filter: Readonly<Record<string, string>>, shape: z.ZodType<T>): Promise<Result<T, RereadError>>;
}

const proofOf: Api['headers'] = ({ secrets }) => (secrets['apiKey'] ? { 'x-api-key': secrets['apiKey'] } : null);

/** Reads of the REST API v2 with the studio's key. */
export function vscoClient(access: ConnectionAccess, ports: CallPorts): VscoClient {
  const baseUrl = (access.settings['baseUrl'] || DEFAULT_BASE_URL).replace(/\/+$/, '');

  const read = async <T>(path: string, shape: z.ZodType<T>): Promise<Result<T, RereadError>> => {
    const headers = proofOf(access);
    if (headers === null) return noAccess('The connection has no API key.');
    return callJson({ who: WHO, what: path, url: `${baseUrl}${path}`, headers, shape }, ports);
  };

  return {
    async get(collection, id, shape) {
      if (!SAFE_ID.test(id)) return refused('The id is not one of VSCO Workspace.');
      const object = await read(`/${collection}/${id}`, shape);
      // Another object than the one asked for would be written over somebody else's.
      if (object.ok && hasOtherId(object.value, id)) return shapeUnknown(`VSCO Workspace answered /${collection}/${id} with another object.`);
      return object;
    },
    list: (collection, filter, shape) => read(`/${collection}?${queryText(filter)}`, shape),
  };
}

/** One call about the studio's calendar; an error is what it means to whoever writes. */
export const askCalendar = askingOf({
  who: WHO, baseUrl: DEFAULT_BASE_URL, proof: { of: proofOf, missing: 'its API key is missing' }, success: [200, 201, 204],
});
