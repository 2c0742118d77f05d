// A step is one named check. Steps run one after the other; each prints one line with its time; what a failed one printed follows its line.

/**
 * @typedef {object} StepResult
 * @property {boolean} ok
 * @property {string} output shown when the step failed
 * @property {string} [note] a few words for the line
 * @property {number} [passed] how many checks the step counts as; 1 when left out
 * @property {number} [failed]
 */

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {() => Promise<StepResult>} run
 */

/** @typedef {{ passed: number, failed: number }} Tally */

/**
 * Runs all steps, whatever fails.
 * @param {Step[]} steps
 * @returns {Promise<Tally>}
 */
export async function runSteps(steps) {
  const tally = { passed: 0, failed: 0 };
  for (const step of steps) {
    const result = await runStep(step);
    tally.passed += result.passed ?? (result.ok ? 1 : 0);
    tally.failed += result.ok ? 0 : Math.max(1, result.failed ?? 1);
  }
  return tally;
}

/**
 * @param {Step} step
 * @returns {Promise<StepResult>}
 */
async function runStep(step) {
  const start = performance.now();
  /** @type {StepResult} */
  const result = await step.run().catch((error) => ({ ok: false, output: String(error?.stack ?? error) }));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${result.ok ? 'ok    ' : 'FAILED'} ${step.name.padEnd(14)} ${seconds.padStart(6)} s  ${result.note ?? ''}`.trimEnd());
  if (!result.ok) console.log(indent(result.output));
  return result;
}

/** @param {string} text */
function indent(text) {
  return text.trimEnd().replace(/^(?=.)/gm, '    ');
}
