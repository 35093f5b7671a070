import { ErrorBody, HTTP } from '../../core/contract/http.ts';
import type { z } from 'zod';
import type { TestApp } from './serverApp.ts';

type Headers = Readonly<Record<string, string>>;
export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
  json(): unknown;
  /** Code of an error answer. */
  code(): string;
}

/** Somebody who asks the endpoints of the contract by their names. */
export interface Manager {
  ask(name: keyof typeof HTTP, given?: { readonly id?: string; readonly system?: string; readonly body?: object }): Promise<Answered>;
  /** The same, when it has to work. */
  get<N extends keyof typeof HTTP>(name: N, given?: { readonly id?: string; readonly system?: string; readonly body?: object }): Promise<z.infer<(typeof HTTP)[N]['success']>>;
}

export function manager(test: TestApp, headers: Headers): Manager {
  const ask: Manager['ask'] = async (name, { id = '', system = '', body } = {}) => {
    const { method, path } = HTTP[name];
    const answer = await test.app.inject({ method, url: path.replace(':id', id).replace(':system', system), headers, ...(body ? { payload: body } : method === 'GET' ? {} : { payload: {} }) });
    return { status: answer.statusCode, text: answer.payload, headers: answer.headers, json: () => answer.json(), code: () => ErrorBody.parse(answer.json()).error.code };
  };
  return {
    ask,
    async get(name, given) {
      const answer = await ask(name, given);
      if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${answer.text}`);
      return HTTP[name].success.parse(answer.json()) as never;
    },
  };
}
