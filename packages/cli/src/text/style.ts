// Colour and weight, where somebody looks at it: a terminal, unless NO_COLOR (https://no-color.org) says otherwise.

const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], cyan: [36, 39] } as const;

/** The text for this stream: with the style on a terminal, else as it is. */
export function style(stream: { readonly isTTY?: boolean }, name: keyof typeof CODES, text: string): string {
  if (stream.isTTY !== true || (process.env['NO_COLOR'] ?? '') !== '') return text;
  const [on, off] = CODES[name];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}
