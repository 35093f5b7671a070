import type { CodedError } from '../../core/contract/errors.ts';
import { PERSONAL_DATA_HTTP, type EraseAnswer, type ErasePreview, type EraseRequest, type PersonalData, type ReadersAnswer, type Retention, type RetentionAnswer } from '../../core/contract/personalData.ts';
import type { Result } from '../../core/contract/result.ts';
import type { Ask } from './http.ts';

type Answer<T> = Promise<Result<T, CodedError>>;

/** What is held of a contact, forgetting it, who was told of it, and how long what is kept. */
export interface PersonalDataApi {
  export(contactId: string): Answer<PersonalData>;
  preview(contactId: string): Answer<ErasePreview>;
  erase(contactId: string, request: EraseRequest): Answer<EraseAnswer>;
  readers(contactId: string): Answer<ReadersAnswer>;
  retention(): Answer<RetentionAnswer>;
  setRetention(retention: Retention): Answer<RetentionAnswer>;
}

/** The whole log of an organisation may have to be looked through. */
const LOOK_MS = 30_000;

export function personalDataApi(authorised: <T>(question: Omit<Ask<T>, 'server' | 'token'>) => Answer<T>): PersonalDataApi {
  const { personalData, erasePreview, erase, readers, retention, setRetention } = PERSONAL_DATA_HTTP;
  const of = (path: string, id: string): string => path.replace(':id', encodeURIComponent(id));
  return {
    export: (id) => authorised({ method: 'GET', path: of(personalData.path, id), answer: personalData.success, timeoutMs: LOOK_MS }),
    preview: (id) => authorised({ method: 'GET', path: of(erasePreview.path, id), answer: erasePreview.success, timeoutMs: LOOK_MS }),
    erase: (id, request) => authorised({ method: 'POST', path: of(erase.path, id), body: request, answer: erase.success, timeoutMs: LOOK_MS }),
    readers: (id) => authorised({ method: 'GET', path: of(readers.path, id), answer: readers.success, timeoutMs: LOOK_MS }),
    retention: () => authorised({ method: 'GET', path: retention.path, answer: retention.success, timeoutMs: LOOK_MS }),
    setRetention: (chosen) => authorised({ method: 'PUT', path: setRetention.path, body: chosen, answer: setRetention.success, timeoutMs: LOOK_MS }),
  };
}
