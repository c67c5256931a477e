/** Hands a file to the browser, which saves it on the user's disk. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  // Browsers read it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** What a recording is called, by the reader's own clock. */
export function recordingName(type: string, began: Date): string {
  const at = new Date(began.getTime() - began.getTimezoneOffset() * 60_000).toISOString();
  return `call-${at.slice(0, 10)}-${at.slice(11, 16).replace(':', '')}.${type === 'video/mp4' ? 'mp4' : 'webm'}`;
}
