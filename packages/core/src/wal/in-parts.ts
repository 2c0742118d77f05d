// Work that is done in parts: so many requests at once, so many names in one request.

/** Slices of at most `size` items. */
export function inParts<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let i = 0; i < items.length; i += size) parts.push(items.slice(i, i + size));
  return parts;
}
