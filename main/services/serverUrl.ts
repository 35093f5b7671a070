import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * A companion server's address as its bare origin. Plain http is taken only on this machine: the device token travels
 * with every request, and a venue's wireless network is shared with its guests.
 */
export function checkServerUrl(text: string): Result<string, CodedError> {
  const refuse = (message: string) => err(codedError('request.invalid', message));
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return refuse('expected an address like https://wedsync.example.org');
  if (url.username !== '' || url.password !== '') return refuse('an address must not carry a name or a password');
  if ((url.pathname !== '/' && url.pathname !== '') || url.search !== '' || url.hash !== '') return refuse('expected only the address of the server, without a path');
  if (url.protocol === 'http:' && !LOOPBACK.has(url.hostname)) return refuse('http is taken only for a server on this machine; use https');
  return ok(url.origin);
}
