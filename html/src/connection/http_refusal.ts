import { Refused } from '../protocol/refusals';

/** What an HTTP answer that is no success says: the code in its body, or what its status lets one guess. */
export function refusedBy(status: number, body: unknown, retryAfter: string | null): Refused {
  const { code, retry_after, mess } = (body ?? {}) as Record<string, unknown>;
  const wait = Number(retry_after ?? retryAfter ?? NaN);
  return new Refused(
    typeof code === 'string' ? code : status === 401 ? 'login_required' : 'unreachable',
    Number.isFinite(wait) ? wait : undefined,
    typeof mess === 'string' ? mess : undefined,
  );
}
