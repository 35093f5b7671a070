/** Of the package's interface what is used here; it brings no types of its own. */
declare module 'papaparse' {
  interface StepResult<T> {
    readonly data: T;
    readonly errors: readonly { readonly type: 'Quotes' | 'Delimiter' | 'FieldMismatch'; readonly code: string; readonly message: string }[];
    /** `cursor` = characters of the text that have been read. */
    readonly meta: { readonly delimiter: string; readonly cursor: number };
  }
  interface ParseConfig<T> {
    readonly delimiter?: string;
    readonly skipEmptyLines?: boolean | 'greedy';
    step(result: StepResult<T>, parser: { abort(): void }): void;
  }
  const Papa: { parse<T>(text: string, config: ParseConfig<T>): void };
  export default Papa;
}
