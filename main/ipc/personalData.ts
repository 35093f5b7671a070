import { codedError } from '../../core/contract/errors.ts';
import { personalDataFile } from '../../core/contract/personalData.ts';
import { err, ok } from '../../core/contract/result.ts';
import type { Saved } from '../platform/saveFile.ts';
import type { Api } from '../services/api.ts';
import type { Handlers } from './handle.ts';

export interface PersonalDataDeps {
  readonly api: Pick<Api, 'personalData'>;
  readonly saveFile: (name: string, text: string) => Promise<Saved>;
}

type Channels = 'personal_data:export' | 'personal_data:preview' | 'personal_data:erase' | 'personal_data:readers' | 'retention:get' | 'retention:set';

export function personalDataHandlers({ api: { personalData }, saveFile }: PersonalDataDeps): Pick<Handlers, Channels> {
  return {
    'personal_data:export': async ({ contactId }) => {
      const held = await personalData.export(contactId);
      if (!held.ok) return held;
      const { name, text } = personalDataFile(held.value);
      const saved = await saveFile(name, text);
      return saved === 'failed' ? err(codedError('personal_data.not_saved', 'the file could not be written')) : ok({ saved: saved === 'saved' });
    },
    'personal_data:preview': ({ contactId }) => personalData.preview(contactId),
    'personal_data:erase': ({ contactId, request }) => personalData.erase(contactId, request),
    'personal_data:readers': ({ contactId }) => personalData.readers(contactId),
    'retention:get': () => personalData.retention(),
    'retention:set': (retention) => personalData.setRetention(retention),
  };
}
