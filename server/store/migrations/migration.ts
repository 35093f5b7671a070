/** One step of the schema. Never changed once released: a later step corrects an earlier one. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}
