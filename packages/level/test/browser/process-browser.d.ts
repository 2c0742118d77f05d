// Published without types.

declare module 'process/browser.js' {
  const process: object;
  export default process;
}
