// The part of Standard Schema (https://standardschema.dev, version 1) that we use: Zod, Valibot, ArkType and others implement it, none is a dependency.

/** Anything that can check a value, synchronously as far as we are concerned. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

type StandardResult<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

type TypesOf<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>;
/** What the schema accepts. */
export type InputOf<Schema extends StandardSchema> = TypesOf<Schema>['input'];
/** What the schema makes of it. */
export type OutputOf<Schema extends StandardSchema> = TypesOf<Schema>['output'];

/** What the schema makes of `value`, or a TypeError that names its first complaint and carries all of them as its cause. */
export function validate<Schema extends StandardSchema>(schema: Schema, value: unknown): OutputOf<Schema> {
  const { vendor, validate: check } = schema['~standard'];
  const result = check(value);
  if ('then' in result) {
    result.then(undefined, () => {}); // its outcome comes too late to matter
    throw new TypeError(`schema is asynchronous, but values are checked as they are written vendor=${vendor}`);
  }
  if (result.issues === undefined) return result.value;
  const { message, path } = result.issues[0] ?? { message: 'refused' };
  const place = ['value', ...(path ?? []).map((step) => String(typeof step === 'object' ? step.key : step))].join('.');
  throw new TypeError(`${message} at=${place} vendor=${vendor}`, { cause: result.issues });
}
