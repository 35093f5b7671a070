import { peopleCalls, type PeopleCalls } from '../../../core/contract/calls/people.ts';
import type { Answer } from '../../../core/contract/calls/question.ts';
import { codedError } from '../../../core/contract/errors.ts';
import type { HouseFields } from '../../../core/contract/founding.ts';
import type { Bridge } from '../../../core/contract/ipc.ts';
import type { PairingState } from '../../../core/contract/pairing.ts';
import { err } from '../../../core/contract/result.ts';
import { asked } from './http.ts';

/** The desktop's own way into a server. Main asks and waits; a browser signs in instead. */
export interface PairingCalls {
  state(): Answer<PairingState>;
  start(url: string): Answer<PairingState>;
  cancel(): Answer<PairingState>;
  /** The first organisation of this desktop's server; the line comes to life by itself then. */
  found(house: HouseFields): Answer<boolean>;
}

export const browserPeople = (): PeopleCalls => peopleCalls(asked);

export function desktopPeople(bridge: Bridge): PeopleCalls {
  return {
    list: () => bridge.people(),
    invite: (request) => bridge.invite(request),
    withdrawInvitation: (id) => bridge.withdrawInvitation({ id }),
    setRole: (id, request) => bridge.setRole({ id, ...request }),
    remove: (id) => bridge.removeMember({ id }),
    resetLink: (id) => bridge.resetLink({ id }),
    signOn: () => bridge.signOn(),
    setSignOn: (request) => bridge.setSignOn(request),
    removeSignOn: () => bridge.removeSignOn(),
    lookAtPairing: (code) => bridge.lookAtPairing({ code }),
    approvePairing: (code) => bridge.approvePairing({ code }),
    denyPairing: (code) => bridge.denyPairing({ code }),
  };
}

const desktopOnly = () => Promise.resolve(err(codedError('command.not_possible', 'only in the desktop app')));
export const browserPairing: PairingCalls = { state: desktopOnly, start: desktopOnly, cancel: desktopOnly, found: desktopOnly };
export const desktopPairing = (bridge: Bridge): PairingCalls => ({ state: () => bridge.pairing(), start: (url) => bridge.startPairing({ url }), cancel: () => bridge.cancelPairing(), found: (house) => bridge.foundHouse(house) });
