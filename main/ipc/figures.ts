import { codedError } from '../../core/contract/errors.ts';
import { err, ok } from '../../core/contract/result.ts';
import { connectionFiguresCsv, figuresCsv, figuresFileName } from '../../core/domain/figures/csv.ts';
import type { Saved } from '../platform/saveFile.ts';
import type { Api } from '../services/api.ts';
import type { Handlers } from './handle.ts';

export interface FiguresDeps {
  readonly api: Pick<Api, 'delivered'>;
  readonly saveFile: (name: string, text: string) => Promise<Saved>;
}

export function figuresHandlers({ api: { delivered }, saveFile }: FiguresDeps): Pick<Handlers, 'figures:all' | 'figures:connection' | 'figures:save'> {
  const save = async (name: string, text: string) => {
    const saved = await saveFile(name, text);
    return saved === 'failed' ? err(codedError('figures.not_saved', 'the file could not be written')) : ok({ saved: saved === 'saved' });
  };
  return {
    'figures:all': ({ window }) => delivered.figures(window),
    'figures:connection': ({ id, window }) => delivered.connectionFigures(id, window),
    async 'figures:save'({ id, window }) {
      if (id === null) {
        const all = await delivered.figures(window);
        return all.ok ? save(figuresFileName(window, null), figuresCsv(all.value)) : all;
      }
      const one = await delivered.connectionFigures(id, window);
      return one.ok ? save(figuresFileName(window, one.value.connection.name), connectionFiguresCsv(one.value)) : one;
    },
  };
}
