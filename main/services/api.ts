import { deliveryCalls, type DeliveryCalls } from '../../core/contract/calls/deliveries.ts';
import { enquiryCalls, type EnquiryCalls } from '../../core/contract/calls/enquiries.ts';
import { feedCalls, type FeedCalls } from '../../core/contract/calls/feeds.ts';
import { peopleCalls, type PeopleCalls } from '../../core/contract/calls/people.ts';
import { personalDataCalls, type PersonalDataCalls } from '../../core/contract/calls/personalData.ts';
import type { Question } from '../../core/contract/calls/question.ts';
import { systemCalls, type SystemCalls } from '../../core/contract/calls/systems.ts';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import type { Command, CommandAnswer } from '../../core/contract/commands.ts';
import { HTTP, type DeliveriesAnswer, type DevicesAnswer, type HistoryAnswer, type IntegrationsAnswer, type MeAnswer, type RevokeAnswer, type TicketAnswer, type TicketRequest } from '../../core/contract/http.ts';
import type { CollectionName } from '../../core/contract/record.ts';
import { err, type Result } from '../../core/contract/result.ts';
import { ask, type Fetch } from './http.ts';
import { leaveApi, type LeaveApi } from './leave.ts';
import { deskApi, type DeskApi } from './kept/api.ts';
import { createWaits } from './waits.ts';

export interface Session {
  /** Origin of the server. */
  readonly server: string;
  readonly token: string;
}

export interface Api {
  me(session: Session): Promise<Result<MeAnswer, CodedError>>;
  integrations(): Promise<Result<IntegrationsAnswer, CodedError>>;
  history(collection: CollectionName, id: string, before: number | null): Promise<Result<HistoryAnswer, CodedError>>;
  deliveries(connectionId: string): Promise<Result<DeliveriesAnswer, CodedError>>;
  pairingLink(request: TicketRequest): Promise<Result<TicketAnswer, CodedError>>;
  /** This device, as the server knows it. */
  self(): Promise<Result<MeAnswer, CodedError>>;
  devices(): Promise<Result<DevicesAnswer, CodedError>>;
  revokeDevice(deviceId: string): Promise<Result<RevokeAnswer, CodedError>>;
  command(command: Command): Promise<Result<CommandAnswer, CodedError>>;
  readonly people: PeopleCalls;
  readonly personalData: PersonalDataCalls;
  readonly systems: SystemCalls;
  readonly leave: LeaveApi;
  readonly desk: DeskApi;
  readonly delivered: DeliveryCalls;
  readonly feeds: FeedCalls;
  readonly enquiries: EnquiryCalls;
}

const READ_MS = 8_000;
const WRITE_MS = 10_000;

interface ApiOptions {
  readonly fetch: Fetch;
  /** Null while there is no server or token. */
  readonly session: () => Session | null;
  readonly onRefused: (error: CodedError) => void;
  readonly now?: () => number;
}

/** Question and answer with the companion server, as this device. What the server asked to be left alone with is not asked before its time. */
export function createApi({ now = Date.now, ...options }: ApiOptions): Api {
  const waits = createWaits(now);
  const authorised = async <T>(question: Question<T>): Promise<Result<T, CodedError>> => {
    const session = options.session();
    if (!session) return err(codedError('server.unreachable', 'not connected to a server yet', true));
    const what = `${question.method} ${session.server}${question.path}`;
    const standing = waits.standing(what);
    if (standing) return err(standing);
    const answer = await ask(options.fetch, { ...question, ...session });
    if (!answer.ok) waits.note(what, answer.error);
    if (!answer.ok && (answer.error.code === 'auth.invalid' || answer.error.code === 'auth.revoked')) options.onRefused(answer.error);
    return answer;
  };
  const { me, integrations, deliveries, history, tickets, devices, revoke, commands } = HTTP;
  return {
    me: (session) => ask(options.fetch, { method: 'GET', ...session, path: me.path, answer: me.success, timeoutMs: READ_MS }),
    integrations: () => authorised({ method: 'GET', path: integrations.path, answer: integrations.success, timeoutMs: READ_MS }),
    history: (collection, id, before) => {
      const path = `${history.path.replace(':collection', collection).replace(':id', encodeURIComponent(id))}${before === null ? '' : `?before=${before}`}`;
      return authorised({ method: 'GET', path, answer: history.success, timeoutMs: READ_MS });
    },
    deliveries: (connectionId) => {
      const path = deliveries.path.replace(':id', encodeURIComponent(connectionId));
      return authorised({ method: 'GET', path, answer: deliveries.success, timeoutMs: READ_MS });
    },
    pairingLink: (request) => authorised({ method: 'POST', path: tickets.path, body: request, answer: tickets.success, timeoutMs: WRITE_MS }),
    self: () => authorised({ method: 'GET', path: me.path, answer: me.success, timeoutMs: READ_MS }),
    devices: () => authorised({ method: 'GET', path: devices.path, answer: devices.success, timeoutMs: READ_MS }),
    revokeDevice: (deviceId) => authorised({ method: 'POST', path: revoke.path.replace(':id', encodeURIComponent(deviceId)), body: {}, answer: revoke.success, timeoutMs: WRITE_MS }),
    command: (command) => authorised({ method: 'POST', path: commands.path, body: command, answer: commands.success, timeoutMs: WRITE_MS }),
    people: peopleCalls(authorised),
    personalData: personalDataCalls(authorised),
    systems: systemCalls(authorised),
    leave: leaveApi(authorised),
    desk: deskApi(authorised),
    delivered: deliveryCalls(authorised),
    feeds: feedCalls(authorised),
    enquiries: enquiryCalls(authorised),
  };
}
