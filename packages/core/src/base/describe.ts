// Names what a caller has given, for messages: short, whatever it is.

const LONGEST = 40;

/** A phrase such as `the string "abc"`, `null`, `an array` or `a Date`. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `the string ${JSON.stringify(value.length > LONGEST ? value.slice(0, LONGEST) + '…' : value)}`;
    case 'number':
      return `the number ${Object.is(value, -0) ? '-0' : value}`;
    case 'bigint':
      return `the bigint ${value}n`.slice(0, LONGEST);
    case 'object':
      return value === null ? 'null' : describeObject(value);
    case 'undefined':
    case 'boolean':
      return String(value);
    default:
      return `a ${typeof value}`;
  }
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return 'an array';
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  if (typeof name !== 'string' || name === '' || name === 'Object') return 'an object';
  return `${/^(?:[AEIO]|U(?!int))/.test(name) ? 'an' : 'a'} ${name}`;
}
