import type { CodedError } from '../../../core/contract/errors.ts';
import type { Bridge } from '../../../core/contract/ipc.ts';
import { PERSONAL_DATA_HTTP, personalDataFile, type EraseAnswer, type ErasePreview, type EraseRequest, type ReadersAnswer, type Retention, type RetentionAnswer } from '../../../core/contract/personalData.ts';
import { ok, type Result } from '../../../core/contract/result.ts';
import { download } from './download.ts';
import { exchange } from './http.ts';

type Answer<T> = Promise<Result<T, CodedError>>;

/** What is held of a contact, forgetting it, who was told of it, and how long what is kept. */
export interface PersonalDataCalls {
  /** Into a file of the person's choice; not saved = the person thought better of it. */
  export(contactId: string): Answer<{ readonly saved: boolean }>;
  preview(contactId: string): Answer<ErasePreview>;
  erase(contactId: string, request: EraseRequest): Answer<EraseAnswer>;
  readers(contactId: string): Answer<ReadersAnswer>;
  retention(): Answer<RetentionAnswer>;
  setRetention(retention: Retention): Answer<RetentionAnswer>;
}

export function browserPersonalData(): PersonalDataCalls {
  const { personalData, erasePreview, erase, readers, retention, setRetention } = PERSONAL_DATA_HTTP;
  const of = (path: string, id: string): string => path.replace(':id', encodeURIComponent(id));
  return {
    async export(id) {
      const held = await exchange('GET', of(personalData.path, id), personalData.success);
      if (!held.ok) return held;
      const { name, text } = personalDataFile(held.value);
      download(name, text, 'application/json');
      return ok({ saved: true });
    },
    preview: (id) => exchange('GET', of(erasePreview.path, id), erasePreview.success),
    erase: (id, request) => exchange('POST', of(erase.path, id), erase.success, request),
    readers: (id) => exchange('GET', of(readers.path, id), readers.success),
    retention: () => exchange('GET', retention.path, retention.success),
    setRetention: (chosen) => exchange('PUT', setRetention.path, setRetention.success, chosen),
  };
}

export function desktopPersonalData(bridge: Bridge): PersonalDataCalls {
  return {
    export: (contactId) => bridge.exportPersonalData({ contactId }),
    preview: (contactId) => bridge.erasePreview({ contactId }),
    erase: (contactId, request) => bridge.eraseContact({ contactId, request }),
    readers: (contactId) => bridge.readers({ contactId }),
    retention: () => bridge.retention(),
    setRetention: (retention) => bridge.setRetention(retention),
  };
}
