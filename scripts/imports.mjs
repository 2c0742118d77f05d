// What a TypeScript file imports, found without a parser: comments are taken out, then the few forms an import has are looked for.
// Types count, and so do dynamic imports and files named by `new URL('./x.ts', import.meta.url)`.

const TEXT_AND_COMMENTS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

const FORMS = [
  /\b(?:import|export)\b[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]/g,
  /\bimport\s*['"]([^'"]+)['"]/g,
  /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
  /\bnew\s+URL\s*\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url/g,
];

/**
 * Specifiers that the source imports, each once, in order of form.
 * @param {string} source
 * @returns {string[]}
 */
export function importsOf(source) {
  const code = source.replace(TEXT_AND_COMMENTS, (text) => (text.startsWith('/') ? ' ' : text.startsWith('`') ? '``' : text));
  return [...new Set(FORMS.flatMap((form) => [...code.matchAll(form)].map((match) => match[1] ?? '')))];
}
