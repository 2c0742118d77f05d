// WebKitGTK has neither `using` nor its symbols. Tests are written with it, and what the bundler makes of that looks for these.

const symbols = Symbol as unknown as Record<'dispose' | 'asyncDispose', symbol | undefined>;

symbols.dispose ??= Symbol.for('Symbol.dispose');
symbols.asyncDispose ??= Symbol.for('Symbol.asyncDispose');
