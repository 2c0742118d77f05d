// The page's own functions, called from here.

/** Calls back into the page's program: its mistakes go where uncaught errors go, and stop nothing here. */
export function guarded(callback: () => unknown): void {
  try {
    callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
