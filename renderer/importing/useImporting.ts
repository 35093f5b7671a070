import { useState } from 'react';
import type { ImportAnswer, ImportPreview } from '../../core/contract/systems.ts';
import { refusedWords } from '../accounts/useTask.ts';
import { useBackend } from '../app/context.ts';
import type { ImportRequest } from '../../core/contract/calls/systems.ts';
import { mapped, sameColumns, type Columns } from './table.ts';

export type DateOrder = NonNullable<ImportRequest['dateOrder']>;
export interface ImportFile {
  /** Null = pasted. */
  readonly name: string | null;
  readonly text: string;
  /** It was not UTF-8. */
  readonly western: boolean;
}

export interface Importing {
  readonly file: ImportFile | null;
  readonly preview: ImportPreview | null;
  readonly columns: Columns;
  readonly dateOrder: DateOrder | null;
  /** The preview no longer shows what would be taken in. */
  readonly outdated: boolean;
  readonly busy: 'looking' | 'taking' | null;
  readonly startedAt: number | null;
  readonly failed: string | null;
  readonly result: ImportAnswer | null;
  open(file: ImportFile): void;
  map(heading: string, key: string): void;
  setDateOrder(order: DateOrder | null): void;
  look(): void;
  take(): void;
  /** Back to choosing a file. */
  again(): void;
}

/** A file on its way in. It is only looked at again when the person asks: the server bears a few looks a minute. */
export function useImporting(connectionId: string): Importing {
  const { systems } = useBackend();
  const [file, setFile] = useState<ImportFile | null>(null);
  const [preview, setPreview] = useState<ImportPreview | null>(null);
  const [columns, setColumns] = useState<Columns>({});
  const [dateOrder, setDateOrder] = useState<DateOrder | null>(null);
  const [seen, setSeen] = useState<{ readonly columns: Columns; readonly dateOrder: DateOrder | null } | null>(null);
  const [busy, setBusy] = useState<Importing['busy']>(null);
  const [startedAt, setStartedAt] = useState<number | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [result, setResult] = useState<ImportAnswer | null>(null);

  const lookAt = async (given: ImportFile, map: Columns | null): Promise<void> => {
    if (busy !== null) return;
    setBusy('looking');
    setFailed(null);
    const answer = await systems.previewImport(connectionId, { csv: given.text, ...(map === null ? {} : { columns: map }), ...(dateOrder === null ? {} : { dateOrder }) });
    setBusy(null);
    if (!answer.ok) return setFailed(refusedWords(answer.error));
    setFile(given);
    setPreview(answer.value);
    setColumns(answer.value.columns);
    setSeen({ columns: answer.value.columns, dateOrder });
  };
  const take = async (): Promise<void> => {
    if (!file || busy !== null) return;
    setBusy('taking');
    setStartedAt(Date.now());
    setFailed(null);
    const answer = await systems.takeImport(connectionId, { csv: file.text, columns, ...(dateOrder === null ? {} : { dateOrder }) });
    setBusy(null);
    if (answer.ok) setResult(answer.value);
    else setFailed(refusedWords(answer.error));
  };
  return {
    file, preview, columns, dateOrder, busy, startedAt, failed, result,
    outdated: seen !== null && (!sameColumns(seen.columns, columns) || seen.dateOrder !== dateOrder),
    open: (given) => void lookAt(given, null),
    map: (heading, key) => setColumns((before) => mapped(before, heading, key)),
    setDateOrder,
    look: () => {
      if (file) void lookAt(file, columns);
    },
    take: () => void take(),
    again() {
      setFile(null);
      setPreview(null);
      setSeen(null);
      setResult(null);
      setFailed(null);
      setDateOrder(null);
    },
  };
}
