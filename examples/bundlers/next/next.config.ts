import type { NextConfig } from 'next';

/** Next writes scripts into its pages; the database asks for 'wasm-unsafe-eval' and worker-src. What serves while one develops asks for more. */
const POLICY = "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src 'self'; img-src 'self' data:";

const config: NextConfig = {
  turbopack: { root: import.meta.dirname },
  async headers() {
    if (process.env.NODE_ENV !== 'production') return [];
    return [{ source: '/:path*', headers: [{ key: 'Content-Security-Policy', value: POLICY }] }];
  },
};

export default config;
