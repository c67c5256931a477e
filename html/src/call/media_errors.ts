// Why a camera, a microphone or a screen cannot be had: the browser's errors, as what the user can do about them.

/**
 * denied: the user or a policy said no; system: the operating system did; missing: there is none; taken: another
 * program has it; insecure: the page was not loaded over HTTPS; unsupported: this browser cannot.
 */
export type MediaProblem = 'denied' | 'system' | 'missing' | 'taken' | 'insecure' | 'unsupported' | 'unknown';

export function problemOf(error: unknown): MediaProblem {
  const { name = '', message = '' } = error instanceof Error || error instanceof DOMException ? error : {};
  switch (name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
      return /system/i.test(message) ? 'system' : 'denied';
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return 'taken';
    case 'TypeError':
    case 'NotSupportedError':
      return 'unsupported';
    default:
      return 'unknown';
  }
}

/** A reason that is known before anything is asked for; null: none. */
export function obstacle(): MediaProblem | null {
  if (!globalThis.isSecureContext) return 'insecure';
  return typeof navigator.mediaDevices?.getUserMedia === 'function' ? null : 'unsupported';
}
