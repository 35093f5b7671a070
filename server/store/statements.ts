import { protocol, type messages, type PGlite } from '@electric-sql/pglite';

/**
 * Queries with parameters on the embedded database. PGlite's own `query` has the text parsed and described anew and sends five
 * messages every time; here a text that comes again is prepared once, and each execution is one message.
 */

export interface Rows {
  readonly command: string;
  readonly rows: Record<string, unknown>[];
  readonly rowCount: number;
}

export interface Statements {
  /** A `Uint8Array` goes as binary, whatever the type; everything else as text, by PGlite's serialisers. Rejects with the database's error. */
  query(sql: string, params: readonly unknown[]): Promise<Rows>;
  /** The tables may be others now: nothing prepared before is used again. */
  forget(): void;
}

interface Prepared {
  readonly name: string;
  readonly types: readonly number[];
  readonly columns: readonly { readonly name: string; readonly type: number }[];
}

/** More is only texts that differ by the length of a list; each costs the database some memory. */
const KEPT = 200;
/** Texts that were seen once; what comes only once is not worth keeping. */
const SEEN = 400;
const UNNAMED = '';
const TEXT = 0;
const BINARY = 1;
const NULL_LENGTH = -1;

const { serialize } = protocol;
const isMessage = <T extends messages.BackendMessage>(name: T['name']) => (message: messages.BackendMessage): message is T => message.name === name;
const isTypes = isMessage<messages.ParameterDescriptionMessage>('parameterDescription');
const isColumns = isMessage<messages.RowDescriptionMessage>('rowDescription');
const isRow = isMessage<messages.DataRowMessage>('dataRow');
const isEnd = isMessage<messages.CommandCompleteMessage>('commandComplete');

export function createStatements(pg: PGlite): Statements {
  const kept = new Map<string, Prepared>();
  const seen = new Set<string>();
  let made = 0;

  async function prepare(sql: string, name: string, dropped: Prepared | undefined): Promise<Prepared> {
    const drop = dropped ? [serialize.close({ type: 'S', name: dropped.name })] : [];
    const message = Buffer.concat([...drop, serialize.parse({ name, text: sql }), serialize.describe({ type: 'S', name }), serialize.sync()]);
    const { messages: answers } = await pg.execProtocol(message, { syncToFs: false });
    const columns = answers.find(isColumns)?.fields ?? [];
    return { name, types: answers.find(isTypes)?.dataTypeIDs ?? [], columns: columns.map((one) => ({ name: one.name, type: one.dataTypeID })) };
  }

  async function statement(sql: string): Promise<Prepared> {
    const known = kept.get(sql);
    if (known) {
      kept.delete(sql);
      kept.set(sql, known);
      return known;
    }
    if (!seen.delete(sql)) {
      seen.add(sql);
      const [oldest] = seen;
      if (seen.size > SEEN && oldest !== undefined) seen.delete(oldest);
      return prepare(sql, UNNAMED, undefined);
    }
    const [oldest] = kept.size >= KEPT ? kept : [];
    const prepared = await prepare(sql, `s${(made += 1)}`, oldest?.[1]);
    if (oldest) kept.delete(oldest[0]);
    kept.set(sql, prepared);
    return prepared;
  }

  function valueOf(value: unknown, type: number | undefined): string | Uint8Array | null {
    if (value === null || value === undefined) return null;
    if (value instanceof Uint8Array) return value;
    const serializer = type === undefined ? undefined : pg.serializers[type];
    return serializer ? serializer(value) : String(value);
  }

  function resultOf(answers: readonly messages.BackendMessage[], { columns }: Prepared): Rows {
    const readers = columns.map(({ name, type }) => ({ name, type, read: pg.parsers[type] }));
    const rows: Record<string, unknown>[] = [];
    let command = '';
    let count = Number.NaN;
    for (const message of answers) {
      if (isRow(message)) {
        const row: Record<string, unknown> = {};
        readers.forEach(({ name, type, read }, index) => {
          const field = message.fields[index] ?? null;
          row[name] = field === null || read === undefined ? field : read(field, type);
        });
        rows.push(row);
      } else if (isEnd(message)) {
        // `SELECT 2`, `INSERT 0 5`, `CREATE TABLE`.
        const words = message.text.split(' ');
        command = words[0] ?? '';
        count = Number(words.at(-1));
      }
    }
    return { command, rows, rowCount: Number.isNaN(count) ? rows.length : count };
  }

  return {
    async query(sql, params) {
      const prepared = await statement(sql);
      const values = params.map((value, index) => valueOf(value, prepared.types[index]));
      try {
        const { messages: answers } = await pg.execProtocol(execution(prepared.name, values), { syncToFs: false });
        return resultOf(answers, prepared);
      } catch (error) {
        // Whatever is wrong with a statement that is kept (its tables have changed), the next time begins anew.
        if (['0A000', '26000'].includes((error as { code?: string }).code ?? '')) kept.delete(sql);
        throw error;
      }
    },
    forget() {
      kept.clear();
    },
  };
}

/** One query after the other, each read by the database before its call returns: they all use this. */
let space = Buffer.allocUnsafeSlow(256 * 1024);
const KEPT_BYTES = 4 * 1024 * 1024;
function spaceOf(bytes: number): Buffer {
  if (bytes > KEPT_BYTES) return Buffer.allocUnsafeSlow(bytes);
  if (bytes > space.length) space = Buffer.allocUnsafeSlow(Math.min(KEPT_BYTES, bytes * 2));
  return space.subarray(0, bytes);
}

/** Bind, execute and sync in one piece; the bodies of a batch are copied once. */
function execution(name: string, values: readonly (string | Uint8Array | null)[]): Uint8Array {
  const nameLength = Buffer.byteLength(name);
  const lengths = values.map((value) => (value === null ? NULL_LENGTH : typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength));
  const bindLength = 4 + 1 + nameLength + 1 + 2 + 2 * values.length + 2 + lengths.reduce((sum, length) => sum + 4 + Math.max(0, length), 0) + 2;
  const tail = [serialize.execute({}), serialize.sync()] as const;
  const out = spaceOf(1 + bindLength + tail[0].byteLength + tail[1].byteLength);
  let at = out.writeUInt8('B'.charCodeAt(0), 0);
  at = out.writeInt32BE(bindLength, at);
  at = out.writeUInt8(0, at);
  at += out.write(name, at);
  at = out.writeUInt8(0, at);
  at = out.writeUInt16BE(values.length, at);
  for (const value of values) at = out.writeInt16BE(value instanceof Uint8Array ? BINARY : TEXT, at);
  at = out.writeUInt16BE(values.length, at);
  values.forEach((value, index) => {
    at = out.writeInt32BE(lengths[index] ?? NULL_LENGTH, at);
    if (value === null) return;
    if (typeof value === 'string') at += out.write(value, at);
    else {
      out.set(value, at);
      at += value.byteLength;
    }
  });
  at = out.writeInt16BE(0, at);
  for (const part of tail) {
    out.set(part, at);
    at += part.byteLength;
  }
  return out;
}
