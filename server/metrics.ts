import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** `held` = stored for a connection that is paused. */
export type IntakeOutcome = 'accepted' | 'held' | 'duplicate' | 'handshake' | 'refused' | 'limited' | 'failed';

export interface Metrics {
  readonly registry: Registry;
  /** By `system` (only known names, else `unknown`) and `outcome`. */
  readonly intake: Counter<'system' | 'outcome'>;
  /** Seconds from the first byte of the request to its answer; accepted and duplicate deliveries. */
  readonly ack: Histogram;
  /** Seconds of each call to a source, by `system`, `purpose` and `outcome` (see `core/contract/figures.ts`). */
  readonly sourceCalls: Histogram<'system' | 'purpose' | 'outcome'>;
  readonly looks: Counter<'system' | 'outcome'>;
  /** Seconds for which a confirmation waited for calendars, by `outcome` (`not_asked` = one of them at least could not be asked). */
  readonly asking: Histogram<'outcome'>;
  readonly rereads: Counter<'system' | 'outcome'>;
  readonly streamConnections: Gauge;
  readonly streamRefused: Counter<'reason'>;
  readonly streamClosed: Counter<'reason'>;
  /** Times a stream client was not read for a while because it said too much. */
  readonly streamSlowed: Counter;
  readonly frames: Counter<'kind'>;
  readonly frameEvents: Counter;
  /** Seconds from the commit to the frame being handed to the sockets. */
  readonly commitToFrame: Histogram;
  readonly snapshots: Counter;
  readonly http: Counter<'route' | 'status'>;
  readonly commands: Counter<'type' | 'outcome'>;
  /** Connections whose source is left alone, by `system`, `operation` and why (`open` = it does not answer, `no_access`). */
  readonly breakers: Gauge<'system' | 'operation' | 'state'>;
  readonly store: { readonly waiting: Gauge; readonly parked: Gauge; readonly quarantined: Gauge; readonly held: Gauge; readonly dead: Gauge; readonly oldestWaiting: Gauge; readonly oldestDead: Gauge; readonly bytes: Gauge };
}

const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5];
/** Others answer slowly, and a call is given up after some ten seconds. */
const CALL_BUCKETS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

/** A registry of its own, so that two servers in one process (tests) do not share numbers. */
export function createMetrics(options: { readonly processMetrics: boolean } = { processMetrics: false }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  return {
    registry,
    intake: new Counter({ name: 'wedsync_intake_total', help: 'Webhooks by system and outcome', labelNames: ['system', 'outcome'], registers }),
    ack: new Histogram({ name: 'wedsync_intake_ack_seconds', help: 'Webhook in to answer out', buckets: LATENCY_BUCKETS, registers }),
    sourceCalls: new Histogram({ name: 'wedsync_source_call_seconds', help: 'Calls to sources until their answer', labelNames: ['system', 'purpose', 'outcome'], buckets: CALL_BUCKETS, registers }),
    asking: new Histogram({ name: 'wedsync_calendars_asking_seconds', help: 'Calendars asked again before a confirmation', labelNames: ['outcome'], buckets: CALL_BUCKETS, registers }),
    looks: new Counter({ name: 'wedsync_looks_total', help: 'Looks at sources by outcome', labelNames: ['system', 'outcome'], registers }),
    rereads: new Counter({ name: 'wedsync_rereads_total', help: 'Re-reads of objects by outcome', labelNames: ['system', 'outcome'], registers }),
    breakers: new Gauge({ name: 'wedsync_breakers_open', help: 'Connections whose source is left alone', labelNames: ['system', 'operation', 'state'], registers }),
    streamConnections: new Gauge({ name: 'wedsync_stream_connections', help: 'Open live connections', registers }),
    streamRefused: new Counter({ name: 'wedsync_stream_refused_total', help: 'Live connections refused before opening', labelNames: ['reason'], registers }),
    streamClosed: new Counter({ name: 'wedsync_stream_closed_total', help: 'Live connections ended on purpose', labelNames: ['reason'], registers }),
    streamSlowed: new Counter({ name: 'wedsync_stream_slowed_total', help: 'Times a live connection was not read for a while', registers }),
    frames: new Counter({ name: 'wedsync_stream_frames_total', help: 'Frames sent, per room or connection', labelNames: ['kind'], registers }),
    frameEvents: new Counter({ name: 'wedsync_stream_frame_events_total', help: 'Events in live frames of organisations', registers }),
    commitToFrame: new Histogram({ name: 'wedsync_stream_commit_to_frame_seconds', help: 'Commit to frame', buckets: LATENCY_BUCKETS, registers }),
    snapshots: new Counter({ name: 'wedsync_stream_snapshots_total', help: 'Snapshots sent', registers }),
    http: new Counter({ name: 'wedsync_http_requests_total', help: 'Answered requests by route and status', labelNames: ['route', 'status'], registers }),
    commands: new Counter({ name: 'wedsync_commands_total', help: 'Commands by type and outcome', labelNames: ['type', 'outcome'], registers }),
    store: {
      waiting: new Gauge({ name: 'wedsync_deliveries_waiting', help: 'Stored deliveries not yet worked on', registers }),
      parked: new Gauge({ name: 'wedsync_deliveries_parked', help: 'Deliveries that match no wedding', registers }),
      quarantined: new Gauge({ name: 'wedsync_deliveries_quarantined', help: 'Deliveries that were not understood', registers }),
      held: new Gauge({ name: 'wedsync_deliveries_held', help: 'Deliveries kept back by a pause or by the brake', registers }),
      dead: new Gauge({ name: 'wedsync_deliveries_dead', help: 'Deliveries that were tried as often as it is worth', registers }),
      oldestWaiting: new Gauge({ name: 'wedsync_deliveries_waiting_oldest_seconds', help: 'Age of the oldest delivery not yet worked on', registers }),
      oldestDead: new Gauge({ name: 'wedsync_deliveries_dead_oldest_seconds', help: 'Age of the oldest dead delivery', registers }),
      bytes: new Gauge({ name: 'wedsync_database_bytes', help: 'Size of the database', registers }),
    },
  };
}
