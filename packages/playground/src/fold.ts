// How keys of places begin, so that they are found by what people type: without accents, in lower case.

export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();
}
