import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Id, LocalDate } from '../../core/contract/primitives.ts';
import type { Resource } from '../../core/contract/record/taking.ts';
import { localDate } from '../../core/domain/day/localTime.ts';
import { dayWindow, isWithin, monthOf } from '../../core/domain/enquiries/window.ts';
import { formsIn } from '../classic/forms.ts';
import { filled } from '../classic/words.ts';
import type { AppDeps } from '../deps.ts';
import { isSameOrigin, originsOf } from '../http/auth.ts';
import { toRefusal } from '../http/errors.ts';
import type { StoreInternals } from '../store/internals.ts';
import { readRows } from '../store/rows.ts';
import { askPage, failedPage, receivedPage, type Asked } from './askPage.ts';
import { createCachedDays } from './cachedDays.ts';
import { readEnquiry } from './enquiry.ts';
import { EMPTY, readForm, typedOf } from './form.ts';
import { sendAskPage } from './layout.ts';
import { offeredRooms, type Behind, type EnquiryHouse, type EnquiryPages } from './pages.ts';
import { ASK, ASK_TOKEN, receivedPath } from './paths.ts';
import { receive } from './receive.ts';
import { WORDS } from './words.ts';

/** Bytes: two thousand signs of any script, as a browser writes them in a form. */
const FORM_LIMIT = 32 * 1024;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/**
 * The page on which a couple sees which days of a room are free and asks for one: plain HTML without script, for anybody who has its
 * address. It tells no names, no titles and no reasons, sets no cookie, and what it takes in is written by the record's own writer.
 */
export function askRoutes(app: FastifyInstance, { store, config, clock }: AppDeps, internals: StoreInternals, pages: EnquiryPages): void {
  const days = createCachedDays({ ...internals, clock });
  const { failed } = WORDS;
  const fail = (reply: FastifyReply, status: number, words: string, house: string | null = null, back: string | null = null): FastifyReply =>
    sendAskPage(reply, status, failedPage(words, house, back));
  formsIn(app, FORM_LIMIT);
  app.setErrorHandler((error, request: FastifyRequest, reply: FastifyReply) => {
    const { status } = toRefusal(error);
    if (status >= 500) request.log.error({ err: error, route: request.routeOptions.url ?? null, requestId: request.id }, 'a page for couples failed');
    if (status >= 500) return fail(reply, status, failed.internal);
    return fail(reply, status, status === 429 ? failed.often : status === 413 ? failed.large : failed.invalid);
  });

  const strangers = app.createRateLimit({ max: config.strangerPerMinute, timeWindow: 60_000 });
  const lookers = app.createRateLimit({ max: config.enquiryPagesPerMinute, timeWindow: 60_000 });
  const askers = app.createRateLimit({ max: config.enquiriesPerHour, timeWindow: 3_600_000 });
  async function tooOften(limit: typeof lookers, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const counted = await limit(request);
    if (counted.isAllowed || !counted.isExceeded) return false;
    await fail(reply.header('retry-after', String(Math.max(1, counted.ttlInSeconds))), 429, failed.often);
    return true;
  }

  /** What is behind the address; null = whoever asks was told. */
  async function found(request: FastifyRequest, reply: FastifyReply, limit: typeof lookers): Promise<(Behind & { readonly token: string }) | null> {
    if (await tooOften(limit, request, reply)) return null;
    const { token } = request.params as { token: string };
    const behind = ASK_TOKEN.test(token) ? await pages.behind(token) : null;
    if (behind) return { ...behind, token };
    if (!(await tooOften(strangers, request, reply))) await fail(reply, 404, failed.nothing);
    return null;
  }

  interface OpenPage {
    readonly house: EnquiryHouse;
    readonly rooms: readonly Resource[];
    readonly token: string;
  }
  /** The page of a house that is open, with its rooms; null = whoever asks was told. */
  async function open(request: FastifyRequest, reply: FastifyReply, limit: typeof lookers): Promise<OpenPage | null> {
    const behind = await found(request, reply, limit);
    if (!behind) return null;
    const { kind, house, token } = behind;
    const { organisationId, settings, name } = house;
    const { database } = internals;
    const rooms = kind === 'open' ? await database.withOrganisation(organisationId, (tx) => offeredRooms(tx, organisationId, settings)) : [];
    if (rooms.length > 0) return { house, rooms, token };
    const [status, words] = kind === 'replaced' ? [410, failed.gone] : [404, failed.closed];
    await fail(reply, status, filled(words, { house: name }), name);
    return null;
  }

  type Wanted = Pick<Asked, 'typed' | 'wrong' | 'trouble'> & { readonly month: string | null };
  async function shown({ house, rooms, token }: OpenPage, { typed, wrong, trouble, month: asked }: Wanted): Promise<Asked> {
    const now = clock.now();
    const window = dayWindow(localDate(house.zone, now), house.settings.monthsAhead);
    const roomId = (rooms.find(({ id }) => id === typed.room) ?? rooms[0])?.id ?? '';
    const wanted = asked ?? monthOf(isWithin(typed.date, window) ? typed.date : window.first);
    const [earliest, latest] = [monthOf(window.first), monthOf(window.last)];
    const month = wanted < earliest ? earliest : wanted > latest ? latest : wanted;
    const known = house.settings.showDays ? await days.month(house, roomId, month) : null;
    const shows = { token, rooms, roomId, month, date: typed.date, window, days: known };
    return { house, month: shows, typed: { ...typed, room: roomId }, wrong, trouble, commandId: randomUUID(), now };
  }

  app.get(ASK.page, async (request, reply) => {
    const page = await open(request, reply, lookers);
    if (!page) return reply;
    const { room, month, date } = request.query as { readonly room?: unknown; readonly month?: unknown; readonly date?: unknown };
    const typed = { ...EMPTY, room: Id.safeParse(room).data ?? '', date: LocalDate.safeParse(date).data ?? '' };
    const wanted = typeof month === 'string' && MONTH.test(month) ? month : null;
    return sendAskPage(reply, 200, askPage(await shown(page, { typed, wrong: [], trouble: null, month: wanted })));
  });

  app.get(ASK.received, async (request, reply) => {
    const behind = await found(request, reply, lookers);
    if (!behind) return reply;
    const { house, token } = behind;
    const { organisationId } = house;
    const id = Id.safeParse((request.params as { id: string }).id);
    const what = !id.success ? null : await internals.database.withOrganisation(organisationId, async (tx) => {
      const enquiry = await readEnquiry(tx, organisationId, id.data);
      const [room] = enquiry ? await readRows(tx, organisationId, 'resources', [enquiry.roomId]) : [];
      return enquiry && { enquiry, room: room?.name ?? '' };
    });
    if (!what) return fail(reply, 404, failed.nothing, house.name, token);
    return sendAskPage(reply, 200, receivedPage(house, token, what.enquiry, what.room));
  });

  app.post(ASK.page, async (request, reply) => {
    // Nobody's browser is made to write here by another site, and no program that says nothing of where its form stood.
    if (!isSameOrigin(originsOf(request.headers, config.publicUrl))) return fail(reply, 403, failed.foreign);
    const page = await open(request, reply, askers);
    if (!page) return reply;
    const form = readForm(request.body);
    const again = async (status: number, wanted: Omit<Wanted, 'month'>): Promise<FastifyReply> =>
      sendAskPage(reply, status, askPage(await shown(page, { ...wanted, month: null })));
    if (!form.ok) return again(400, { typed: form.typed, wrong: form.wrong, trouble: form.trap ? 'trap' : null });
    const { organisationId } = page.house;
    const received = await receive({ ...internals, clock }, page.house, page.token, form.asking);
    if (received.outcome === 'received') {
      const { id, askedAt, weddingId } = received.enquiry;
      if (!received.again) {
        days.forget(organisationId);
        store.audit({ organisationId, at: askedAt, action: 'enquiry.received', actor: 'enquiry page', subject: weddingId, outcome: 'ok' });
      }
      return reply.header('cache-control', 'no-store').redirect(receivedPath(page.token, id), 303);
    }
    if (received.outcome === 'closed') return fail(reply, 409, filled(failed.closed, { house: page.house.name }), page.house.name, page.token);
    // What it is shown with says so as well.
    if (received.outcome === 'taken') days.forget(organisationId);
    return again(received.outcome === 'full' ? 429 : 409, { typed: typedOf(form.asking), wrong: [], trouble: received.outcome });
  });
}
