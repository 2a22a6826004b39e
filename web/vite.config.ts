import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The server sends a content security policy without 'unsafe-inline', so nothing may be inlined: neither small
// assets as data URLs in scripts nor the polyfill for module preloading.
export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: true,
  },
  test: { include: ["src/**/*.test.ts"] },
  server: { port: 5173, strictPort: true, proxy: { "/v1": "http://127.0.0.1:8091" } },
});
