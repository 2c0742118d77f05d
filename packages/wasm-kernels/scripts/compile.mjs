// From AssemblyScript to a WebAssembly module, in memory.

const flags = [
  ...['--runtime', 'stub', '--noAssert', '--use', 'abort='], // no allocator, no collector, no imports but the memory
  ...['--importMemory', '--noExportMemory', '--initialMemory', '0'],
  ...['--enable', 'simd'],
];

/**
 * The module of assembly/index.ts.
 * @param {string} home folder of the package
 * @param {(name: string, folder: string) => string | null} [readFile] where sources come from instead of the disk
 * @param {boolean} [isOptimized] false: it takes a third of the time, and the kernels are slower
 */
export async function compile(home, readFile, isOptimized = true) {
  const { main } = await import('assemblyscript/asc');
  let wasm;
  const writeFile = (name, contents) => {
    if (name.endsWith('.wasm')) wasm = contents;
  };
  const { error, stderr } = await main(['assembly/index.ts', '--baseDir', home, '--outFile', 'kernels.wasm', ...flags], {
    ...(readFile && { readFile }),
    writeFile,
    ...(isOptimized && { transforms: [Optimizer] }),
  });
  if (error) throw new Error(`the kernels do not compile\n${stderr}`, { cause: error });
  process.stderr.write(stderr.toString());
  return wasm;
}

/** Binaryen's own passes at their highest level, until they gain no more: a tenth smaller than the compiler's -O3 and as fast. */
class Optimizer {
  afterCompile(module) {
    this.binaryen.setOptimizeLevel(3);
    this.binaryen.setShrinkLevel(0);
    this.binaryen.setLowMemoryUnused(true); // no address wraps around: constant offsets become part of loads and stores
    let size;
    let smaller = Infinity;
    do {
      size = smaller;
      module.optimize();
      smaller = module.emitBinary().length;
    } while (smaller < size);
  }
}
