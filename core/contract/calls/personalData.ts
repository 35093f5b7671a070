import { PERSONAL_DATA_HTTP, type EraseAnswer, type ErasePreview, type EraseRequest, type PersonalData, type ReadersAnswer, type Retention, type RetentionAnswer } from '../personalData.ts';
import type { Answer, AskServer } from './question.ts';

/** What is held of a contact, forgetting it, who was told of it, and how long what is kept. */
export interface PersonalDataCalls {
  export(contactId: string): Answer<PersonalData>;
  preview(contactId: string): Answer<ErasePreview>;
  erase(contactId: string, request: EraseRequest): Answer<EraseAnswer>;
  readers(contactId: string): Answer<ReadersAnswer>;
  retention(): Answer<RetentionAnswer>;
  setRetention(retention: Retention): Answer<RetentionAnswer>;
}

/** The whole log of an organisation may have to be looked through. */
const LOOK_MS = 30_000;

export function personalDataCalls(ask: AskServer): PersonalDataCalls {
  const { personalData, erasePreview, erase, readers, retention, setRetention } = PERSONAL_DATA_HTTP;
  const of = (path: string, id: string): string => path.replace(':id', encodeURIComponent(id));
  return {
    export: (id) => ask({ method: 'GET', path: of(personalData.path, id), answer: personalData.success, timeoutMs: LOOK_MS }),
    preview: (id) => ask({ method: 'GET', path: of(erasePreview.path, id), answer: erasePreview.success, timeoutMs: LOOK_MS }),
    erase: (id, request) => ask({ method: 'POST', path: of(erase.path, id), body: request, answer: erase.success, timeoutMs: LOOK_MS }),
    readers: (id) => ask({ method: 'GET', path: of(readers.path, id), answer: readers.success, timeoutMs: LOOK_MS }),
    retention: () => ask({ method: 'GET', path: retention.path, answer: retention.success, timeoutMs: LOOK_MS }),
    setRetention: (chosen) => ask({ method: 'PUT', path: setRetention.path, body: chosen, answer: setRetention.success, timeoutMs: LOOK_MS }),
  };
}
