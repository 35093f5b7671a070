/** What the demo made, for the programs that play a wedding day into it: `<dataDir>/demo.json`, readable by its owner only. */
export interface DemoCard {
  readonly organisationId: string;
  /** Where the webhooks go; `path` is appended to it. */
  readonly serverUrl: string;
  readonly connections: readonly DemoConnection[];
  readonly weddings: readonly DemoWedding[];
}

export interface DemoConnection {
  readonly system: string;
  readonly connectionId: string;
  /** `/api/integrations/webhook/<system>/<intakeKey>` */
  readonly path: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
}

export interface DemoWedding {
  readonly id: string;
  readonly title: string;
  /** Where the wedding is: `2026-11-20`. */
  readonly date: string;
  readonly zone: string;
  /** UTC instants. */
  readonly startsAt: string;
  readonly endsAt: string;
  readonly coupleName: string;
  readonly coupleEmail: string;
  readonly today: boolean;
}
