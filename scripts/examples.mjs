// The programs in documentation that must run: in Markdown every ts block whose first line is `// runs`, in sources every @example of a TSDoc
// comment, be it a ts block or bare.

/**
 * @typedef {object} Example
 * @property {string} path of the file it stands in
 * @property {number} line of its first line, from 1
 * @property {string} code
 */

const FENCE = /^```ts[^\n]*\n([\s\S]*?)^```$/gm;
const TSDOC = /\/\*\*[\s\S]*?\*\//g;
const EXAMPLE_TAG = /^@example\b/m;
const NEXT_TAG = /^@(?!example\b)\w+/m;

/**
 * @param {string} path
 * @param {string} text
 * @returns {Example[]}
 */
export function examplesOf(path, text) {
  if (path.endsWith('.md')) return fencedBlocks(path, text, 0).filter(({ code }) => /^\/\/ runs\b/.test(code));
  return [...text.matchAll(TSDOC)].flatMap((comment) => commentExamples(path, text, comment));
}

/**
 * @param {string} path
 * @param {string} text
 * @param {RegExpMatchArray} comment
 */
function commentExamples(path, text, comment) {
  const inside = comment[0].replace(/^[ \t]*\*\/?[ ]?|^\/\*\*[ ]?|[ ]?\*\/$/gm, '');
  const start = inside.search(EXAMPLE_TAG);
  if (start < 0) return [];
  const end = inside.slice(start).search(NEXT_TAG);
  const part = end < 0 ? inside.slice(start) : inside.slice(start, start + end);
  const linesBefore = lineBreaks(text.slice(0, comment.index)) + lineBreaks(inside.slice(0, start));
  const blocks = fencedBlocks(path, part, linesBefore);
  return blocks.length ? blocks : [{ path, line: linesBefore + 1, code: part.replace(EXAMPLE_TAG, '').trimEnd() + '\n' }];
}

/**
 * @param {string} path
 * @param {string} text
 * @param {number} linesBefore
 * @returns {Example[]}
 */
function fencedBlocks(path, text, linesBefore) {
  return [...text.matchAll(FENCE)].map((match) => {
    return { path, line: linesBefore + lineBreaks(text.slice(0, match.index)) + 2, code: match[1] ?? '' };
  });
}

/** @param {string} text */
function lineBreaks(text) {
  return text.split('\n').length - 1;
}
