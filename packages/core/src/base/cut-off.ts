// Where promises belong to somebody. In workerd (Cloudflare) each request has its own: a request that is cut off leaves them pending for ever, and whoever
// awaits them elsewhere hangs or fails. So nothing that is shared may wait for another's promise there.

/** True where the work of one request may end in its middle, and its promises with it. */
export function requestsAreCutOff(): boolean {
  return (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent === 'Cloudflare-Workers';
}
